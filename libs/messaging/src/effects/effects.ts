import { Alarm } from '../outbox/alarm.js';
import type { Decision, Loads } from '../decide/index.js';
import type { Runner } from '../run/runner.js';
import type { Work } from '../run/work.js';
import type { ClaimedEffect, Store } from '../store/store.js';
import { backOff, newId, type World } from '../system.js';

/** Milliseconds: a lease, its renewal, the look for what nobody woke us for, and the longest back-off of a failing call. */
const lease = 30_000;
const renewal = 10_000;
const interval = 250;
const longestBackOff = 15_000;

/** An effect whose payload, result and loads are forgotten. */
export interface AnyEffect {
  readonly name: string;
  readonly load?: object;
  run(payload: never, attempt: { readonly number: number; readonly signal: AbortSignal }): Promise<unknown>;
  settle(payload: never, result: never, given: never): Decision;
}

export interface EffectsOptions {
  readonly effects: readonly AnyEffect[];
  /** Calls at once in this process. */
  readonly abreast: number;
  readonly log: (level: 'warn' | 'error', message: string, detail?: object) => void;
}

/**
 * Runs wished effects after their commit, under a lease on the database's clock: one at a time a key, in the order wished,
 * many keys at once. At least once in the call, once in its settlement. A call that fails is tried again without end.
 */
export class Effects {
  readonly #alarm: Alarm;
  readonly #stopping = new AbortController();
  readonly #running = new Map<string, Promise<void>>();
  readonly #token: string;
  #run: Promise<void> | undefined;
  #renewing: Promise<void> | undefined;

  constructor(
    private readonly store: Store,
    private readonly runner: Runner,
    private readonly world: World,
    private readonly options: EffectsOptions,
  ) {
    this.#alarm = new Alarm(world.timers);
    this.#token = newId(world);
  }

  start(): void {
    if (this.options.effects.length === 0 || this.#run) return;
    this.#run = this.#work();
    this.#renewing = this.#renew();
  }

  /** Effects were wished, or one has ended. */
  wake(): void {
    this.#alarm.ring();
  }

  /** Takes nothing new; what runs is awaited. Its lease runs out for whoever does not get that far. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#alarm.ring();
    await this.#run;
    await Promise.all(this.#running.values());
    await this.#renewing;
  }

  async #work(): Promise<void> {
    const names = this.options.effects.map((effect) => effect.name);
    while (!this.#stopping.signal.aborted) {
      const free = this.options.abreast - this.#running.size;
      try {
        const claimed = free > 0 ? await this.store.claimEffects(names, free, lease, this.#token) : [];
        for (const effect of claimed) this.#begin(effect);
        if (claimed.length > 0) continue;
      } catch (error) {
        this.options.log('warn', 'effects wait for the database', { error: String(error) });
      }
      await this.#alarm.wait(interval);
    }
  }

  #begin(claimed: ClaimedEffect): void {
    // crashpoint: effects.after-claim
    const run = this.#perform(claimed).finally(() => {
      this.#running.delete(claimed.id);
      this.#alarm.ring();
    });
    this.#running.set(claimed.id, run);
  }

  async #perform(claimed: ClaimedEffect): Promise<void> {
    const effect = this.options.effects.find(({ name }) => name === claimed.name)!;
    try {
      const result = await effect.run(claimed.payload as never, { number: claimed.tries, signal: this.#stopping.signal });
      // crashpoint: effects.after-call
      await this.#settle(claimed, effect, result);
      // crashpoint: effects.after-settle
    } catch (error) {
      await this.#again(claimed, error);
    }
  }

  async #settle(claimed: ClaimedEffect, effect: AnyEffect, result: unknown): Promise<void> {
    const work: Work = {
      cause: claimed.id,
      lane: claimed.id,
      effect: { id: claimed.id, token: this.#token },
      load: (effect.load ?? {}) as Loads<unknown>,
      input: claimed.payload,
      correlation: claimed.correlation,
      decide: (given) => effect.settle(claimed.payload as never, result as never, given as never),
    };
    for (let attempt = 0; ; attempt++) {
      const outcome = (await this.runner.run([work])).get(work)!;
      if (outcome.kind === 'failed') throw outcome.error;
      if (outcome.kind !== 'transient') return;
      // The lease is renewed meanwhile; should it be lost, or we be told to stop, whoever has it next asks again with the same key.
      if (this.#stopping.signal.aborted) return;
      await this.world.timers.wait(backOff(this.world, attempt, 50, 2_000), this.#stopping.signal);
    }
  }

  async #again({ id, name, key, tries }: ClaimedEffect, error: unknown): Promise<void> {
    this.options.log(tries >= 5 ? 'error' : 'warn', 'an effect failed and is tried again', { id, name, key, tries, error: String(error) });
    try {
      await this.store.retryEffect(id, this.#token, backOff(this.world, tries, 100, longestBackOff), String(error));
    } catch (failure) {
      this.options.log('warn', 'an effect waits for its lease to run out', { id, error: String(failure) });
    }
  }

  async #renew(): Promise<void> {
    while (!this.#stopping.signal.aborted || this.#running.size > 0) {
      if (this.#stopping.signal.aborted) await this.world.timers.wait(100);
      else await this.world.timers.wait(renewal, this.#stopping.signal);
      if (this.#running.size === 0) continue;
      try {
        await this.store.renewEffects([...this.#running.keys()], this.#token, lease);
      } catch (error) {
        this.options.log('warn', 'leases could not be renewed', { error: String(error) });
      }
    }
  }
}
