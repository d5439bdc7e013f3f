import { Alarm } from '../outbox/alarm.js';
import type { Decision, Loads } from '../decide/index.js';
import type { Runner } from '../run/runner.js';
import type { Work } from '../run/work.js';
import type { ClaimedEffect, Store } from '../store/store.js';
import { backOff, newId, type World } from '../system.js';
import { Settlements } from './settlements.js';

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
 * A call that was answered makes room for the next at once: what its result means is decided together with other results.
 */
export class Effects {
  readonly #alarm: Alarm;
  readonly #stopping = new AbortController();
  /** Leased and not settled. */
  readonly #held = new Map<string, Promise<void>>();
  readonly #token: string;
  readonly #settlements: Settlements;
  /** Calls under way, each by what gives it up. A signal for all calls would keep something of each for good where `AbortSignal.any` is given it. */
  readonly #calls = new Set<AbortController>();
  /** Whether more may wait than there was room for. */
  #more = false;
  #run: Promise<void> | undefined;
  #renewing: Promise<void> | undefined;

  constructor(
    private readonly store: Store,
    runner: Runner,
    private readonly world: World,
    private readonly options: EffectsOptions,
  ) {
    this.#alarm = new Alarm(world.timers);
    this.#token = newId(world);
    this.#settlements = new Settlements(runner, world, this.#stopping.signal);
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
    for (const call of this.#calls) call.abort();
    this.#alarm.ring();
    await this.#run;
    await Promise.all(this.#held.values());
    await this.#renewing;
  }

  async #work(): Promise<void> {
    const names = this.options.effects.map((effect) => effect.name);
    while (!this.#stopping.signal.aborted) {
      const free = this.#free;
      try {
        const claimed = free > 0 ? await this.store.claimEffects(names, free, lease, this.#token) : [];
        for (const effect of claimed) this.#begin(effect);
        // Where all that was asked for came, more may wait; else nothing does until something is wished or settled.
        if (free > 0) this.#more = claimed.length === free;
        if (free > 0 && this.#more) continue;
      } catch (error) {
        this.options.log('warn', 'effects wait for the database', { error: String(error) });
      }
      await this.#alarm.wait(interval);
    }
  }

  /** Calls that may begin now. Results that can't be settled, for the database is away, hold up the calls in the end. */
  get #free(): number {
    const { abreast } = this.options;
    return Math.min(abreast - this.#calls.size, 2 * abreast - this.#held.size);
  }

  #begin(claimed: ClaimedEffect): void {
    // crashpoint: effects.after-claim
    const run = this.#perform(claimed).finally(() => {
      this.#held.delete(claimed.id);
      this.#alarm.ring();
    });
    this.#held.set(claimed.id, run);
  }

  async #perform(claimed: ClaimedEffect): Promise<void> {
    const effect = this.options.effects.find(({ name }) => name === claimed.name)!;
    try {
      const result = await this.#call(claimed, effect);
      // crashpoint: effects.after-call
      await this.#settlements.settle(this.#settlement(claimed, effect, result));
      // crashpoint: effects.after-settle
    } catch (error) {
      await this.#again(claimed, error);
    }
  }

  async #call({ payload, tries }: ClaimedEffect, effect: AnyEffect): Promise<unknown> {
    const call = new AbortController();
    if (this.#stopping.signal.aborted) call.abort();
    this.#calls.add(call);
    try {
      return await effect.run(payload as never, { number: tries, signal: call.signal });
    } finally {
      this.#calls.delete(call);
      if (this.#more) this.#alarm.ring();
    }
  }

  /** The work that decides what a result means, and ends the row with it. */
  #settlement({ id, payload, correlation }: ClaimedEffect, effect: AnyEffect, result: unknown): Work {
    return {
      cause: id,
      lane: id,
      effect: { id, token: this.#token },
      load: (effect.load ?? {}) as Loads<unknown>,
      input: payload,
      correlation,
      decide: (given) => effect.settle(payload as never, result as never, given as never),
    };
  }

  async #again({ id, name, key, tries }: ClaimedEffect, error: unknown): Promise<void> {
    this.options.log(tries >= 5 ? 'error' : 'warn', 'an effect failed and is tried again', {
      id,
      name,
      key,
      tries,
      error: String(error),
    });
    try {
      await this.store.retryEffect(id, this.#token, backOff(this.world, tries, 100, longestBackOff), String(error));
    } catch (failure) {
      this.options.log('warn', 'an effect waits for its lease to run out', { id, error: String(failure) });
    }
  }

  async #renew(): Promise<void> {
    while (!this.#stopping.signal.aborted || this.#held.size > 0) {
      if (this.#stopping.signal.aborted) await this.world.timers.wait(100);
      else await this.world.timers.wait(renewal, this.#stopping.signal);
      if (this.#held.size === 0) continue;
      try {
        await this.store.renewEffects([...this.#held.keys()], this.#token, lease);
      } catch (error) {
        this.options.log('warn', 'leases could not be renewed', { error: String(error) });
      }
    }
  }
}
