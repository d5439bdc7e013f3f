import type { Context } from '@opentelemetry/api';
import { newId } from '@tradewind/kernel';
import type { Loads } from '../handling/index.js';
import type { Invocation } from '../handling/invocation.js';
import type { Runner } from '../handling/runner.js';
import { backOff, WakeSignal, type ClaimedEffect, type Log, type RuntimePorts, type Store } from '../ports/index.js';
import { callSpan, logFields } from '../tracing/index.js';
import { EffectResultBatcher } from './effect-result-batcher.js';
import type { AnyEffect } from './effect.js';

const leaseMs = 30_000;
const renewIntervalMs = 10_000;
/** Poll interval when no notification arrives. */
const pollIntervalMs = 250;
/** The default of an effect. */
const longestBackOffMs = 15_000;

export interface EffectWorkerOptions {
  readonly effects: readonly AnyEffect[];
  /** Concurrent calls in this process. */
  readonly concurrency: number;
  readonly log: Log;
}

/**
 * Runs scheduled effects under a lease on the database's clock: one at a time a key, in the order scheduled, many keys at once.
 * The call runs at least once, its result is decided once. A failed call is retried, forever unless the effect limits it. A call that has returned makes
 * room for the next one at once; its result is decided together with other results.
 */
export class EffectWorker {
  readonly #wakeSignal: WakeSignal;
  readonly #stopping = new AbortController();
  /** Leased effects without a decided result. */
  readonly #leased = new Map<string, Promise<void>>();
  readonly #token: string;
  readonly #results: EffectResultBatcher;
  /** One controller a running call. A signal shared by all calls would leak memory through `AbortSignal.any`. */
  readonly #calls = new Set<AbortController>();
  /** Whether more effects may be due than were claimed. */
  #mayHaveMore = false;
  readonly #listeners: ((effect: string, outcome: 'done' | 'failed', milliseconds: number) => void)[] = [];
  #run: Promise<void> | undefined;
  #renewing: Promise<void> | undefined;

  constructor(
    private readonly store: Store,
    runner: Runner,
    private readonly ports: RuntimePorts,
    private readonly options: EffectWorkerOptions,
  ) {
    this.#wakeSignal = new WakeSignal(ports.timers);
    this.#token = newId(ports);
    this.#results = new EffectResultBatcher(runner, ports, this.#stopping.signal);
  }

  start(): void {
    if (this.options.effects.length === 0 || this.#run) return;
    this.#run = this.#loop();
    this.#renewing = this.#renew();
  }

  /** Calls back after each call. */
  onCall(listener: (effect: string, outcome: 'done' | 'failed', milliseconds: number) => void): void {
    this.#listeners.push(listener);
  }

  /** Effects were scheduled, or one has ended. */
  wake(): void {
    this.#wakeSignal.notify();
  }

  /** Claims nothing new and waits for the running calls. Leases that are not finished expire. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    for (const call of this.#calls) call.abort();
    this.#wakeSignal.notify();
    await this.#run;
    await Promise.all(this.#leased.values());
    await this.#renewing;
  }

  async #loop(): Promise<void> {
    const effects = new Map(this.options.effects.map((effect) => [effect.name, effect]));
    while (!this.#stopping.signal.aborted) {
      const free = this.#free;
      try {
        const claimed = free > 0 ? await this.store.claimEffects([...effects.keys()], free, leaseMs, this.#token) : [];
        for (const row of claimed) {
          const effect = effects.get(row.name);
          if (effect) this.#begin(row, effect);
        }
        // When fewer come than were asked for, nothing is due until an effect is scheduled or ends.
        if (free > 0) this.#mayHaveMore = claimed.length === free;
        if (free > 0 && this.#mayHaveMore) continue;
      } catch (error) {
        this.options.log('warn', 'effects wait for the database', { error: String(error) });
      }
      await this.#wakeSignal.wait(pollIntervalMs);
    }
  }

  /** How many calls may begin. While results cannot be decided, because the database is unavailable, fewer calls begin. */
  get #free(): number {
    const { concurrency } = this.options;
    return Math.min(concurrency - this.#calls.size, 2 * concurrency - this.#leased.size);
  }

  #begin(row: ClaimedEffect, effect: AnyEffect): void {
    // crashpoint: effects.after-claim
    const run = this.#perform(row, effect).finally(() => {
      this.#leased.delete(row.id);
      this.#wakeSignal.notify();
    });
    this.#leased.set(row.id, run);
  }

  async #perform(row: ClaimedEffect, effect: AnyEffect): Promise<void> {
    try {
      const span = callSpan(row);
      const result = await (span ? span.run(() => this.#call(row, effect)) : this.#call(row, effect));
      // crashpoint: effects.after-call
      await this.#results.settle(this.#resultInvocation(row, effect, result, span?.context));
      // crashpoint: effects.after-settle
    } catch (error) {
      await this.#retry(row, effect, error);
    }
  }

  async #call({ payload, attempts }: ClaimedEffect, effect: AnyEffect): Promise<unknown> {
    const call = new AbortController();
    if (this.#stopping.signal.aborted) call.abort();
    this.#calls.add(call);
    const startedAt = this.ports.clock.now().getTime();
    let outcome: 'done' | 'failed' = 'failed';
    try {
      const result = await effect.run(payload as never, { number: attempts, signal: call.signal });
      outcome = 'done';
      return result;
    } finally {
      this.#calls.delete(call);
      const milliseconds = Math.max(0, this.ports.clock.now().getTime() - startedAt);
      for (const listener of this.#listeners) listener(effect.name, outcome, milliseconds);
      if (this.#mayHaveMore) this.#wakeSignal.notify();
    }
  }

  /** Decides what a result means, and ends the row with it. */
  #resultInvocation(
    { id, payload, correlation, trace }: ClaimedEffect,
    effect: AnyEffect,
    result: unknown,
    context: Context | undefined,
  ): Invocation {
    return {
      cause: id,
      orderingKey: id,
      effect: { id, token: this.#token },
      load: (effect.load ?? {}) as Loads<unknown>,
      input: payload,
      correlation,
      name: effect.name,
      trace,
      context,
      decide: (loaded) => effect.settle(payload as never, result as never, loaded as never),
    };
  }

  async #retry(
    { id, name, key, attempts, correlation, trace }: ClaimedEffect,
    { maxAttempts, maxBackOffMs = longestBackOffMs }: AnyEffect,
    error: unknown,
  ): Promise<void> {
    // A call that the shutdown has aborted says nothing about the other side.
    const isLast = maxAttempts !== undefined && attempts >= maxAttempts && !this.#stopping.signal.aborted;
    const what = isLast ? 'an effect failed too often: its key is blocked' : 'an effect failed and is retried';
    this.options.log(isLast || attempts >= 5 ? 'error' : 'warn', what, {
      id,
      name,
      key,
      attempts,
      error: String(error),
      ...logFields({ correlation, trace }),
    });
    try {
      const inMs = isLast ? undefined : backOff(this.ports, attempts, 100, maxBackOffMs);
      if (inMs === undefined) await this.store.deadLetterEffect(id, this.#token, String(error));
      else await this.store.retryEffect(id, this.#token, inMs, String(error));
    } catch (failure) {
      this.options.log('warn', 'an effect waits until its lease expires', { id, error: String(failure) });
    }
  }

  async #renew(): Promise<void> {
    while (!this.#stopping.signal.aborted || this.#leased.size > 0) {
      if (this.#stopping.signal.aborted) await this.ports.timers.wait(100);
      else await this.ports.timers.wait(renewIntervalMs, this.#stopping.signal);
      if (this.#leased.size === 0) continue;
      try {
        await this.store.renewEffects([...this.#leased.keys()], this.#token, leaseMs);
      } catch (error) {
        this.options.log('warn', 'leases were not renewed', { error: String(error) });
      }
    }
  }
}
