import { Inject, Injectable } from '@nestjs/common';
import { PeriodicWorker, Timers } from '@tradewind/service';
import { errors } from 'undici';
import type { CheckResult } from '../domain/upstream.js';
import { Upstreams, type Reachable } from './upstreams.js';

/** An instance that is up is checked every so many rounds; any other one in every round. */
const roundsBetweenChecks = 10;
const checkTimeoutMs = 2_000;
/** On a busy machine an answer may be late: only so many timeouts in a row count. */
const maxTimeouts = 3;

/** Checks `/readyz` of every instance: one that is not ready gets calls only while no other is, one that recovers gets calls again. */
@Injectable()
export class HealthChecks extends PeriodicWorker {
  protected readonly intervalMs = 500;
  readonly #timeouts = new WeakMap<Reachable, number>();
  readonly #pending = new Set<Reachable>();
  #round = 0;

  constructor(
    private readonly upstreams: Upstreams,
    @Inject(Timers) timers: Timers,
  ) {
    super(timers, 'instances could not be checked; retrying');
  }

  /** Starts the checks of a round, and waits for none: a slow instance delays no other. */
  run(): Promise<void> {
    for (const reachable of this.upstreams.all()) {
      if (reachable.upstream.state !== 'up' || this.#round % roundsBetweenChecks === 0) void this.#check(reachable);
    }
    this.#round += 1;
    return Promise.resolve();
  }

  /** Never rejects. */
  async #check(reachable: Reachable): Promise<void> {
    if (this.#pending.has(reachable)) return;
    this.#pending.add(reachable);
    const { upstream } = reachable;
    const before = upstream.state;
    const result = await this.#probe(reachable);
    this.#pending.delete(reachable);
    if (result !== undefined) upstream.checked(result);
    if (upstream.state !== before) this.logger.log(`an instance is ${upstream.state}`, upstream.instance);
  }

  /** Undefined after a timeout that does not count yet. */
  async #probe(reachable: Reachable): Promise<CheckResult | undefined> {
    try {
      const { statusCode, body } = await reachable.pool.request({
        method: 'GET',
        path: '/readyz',
        headersTimeout: checkTimeoutMs,
        bodyTimeout: checkTimeoutMs,
        signal: this.stopping,
      });
      await body.dump();
      this.#timeouts.delete(reachable);
      return statusCode === 200 ? 'ready' : 'not-ready';
    } catch (error) {
      if (!(error instanceof errors.HeadersTimeoutError || error instanceof errors.BodyTimeoutError))
        return 'unreachable';
      const timeouts = (this.#timeouts.get(reachable) ?? 0) + 1;
      this.#timeouts.set(reachable, timeouts);
      return timeouts >= maxTimeouts ? 'not-ready' : undefined;
    }
  }
}
