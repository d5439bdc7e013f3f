import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Timers } from '@tradewind/service';
import { errors } from 'undici';
import { Upstreams, type Reachable } from './upstreams.js';

const roundEvery = 500;
/** An instance that is up is asked every so many rounds; any other one in every round. */
const roundsBetween = 10;
const patience = 2_000;
/** A machine that is short of breath is late, not dead: so many late answers in a row count as down. */
const lateAnswers = 3;

/** Asks every instance whether it is ready, so that one that fails gets no calls and one that recovers gets them again. */
@Injectable()
export class HealthChecks implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #logger = new Logger('Instances');
  readonly #stopped = new AbortController();
  readonly #late = new WeakMap<Reachable, number>();
  readonly #asking = new Set<Reachable>();
  #running: Promise<void> | undefined;

  constructor(
    private readonly upstreams: Upstreams,
    @Inject(Timers) private readonly timers: Timers,
  ) {}

  onApplicationBootstrap(): void {
    this.#running = this.#runForEver();
  }

  async onApplicationShutdown(): Promise<void> {
    this.#stopped.abort();
    await this.#running;
  }

  async #runForEver(): Promise<void> {
    for (let round = 0; !this.#stopped.signal.aborted; round++) {
      for (const reachable of this.upstreams.all()) {
        if (reachable.upstream.state !== 'up' || round % roundsBetween === 0) void this.#check(reachable);
      }
      await this.timers.wait(roundEvery, this.#stopped.signal);
    }
  }

  /** Never rejects. */
  async #check(reachable: Reachable): Promise<void> {
    if (this.#asking.has(reachable)) return;
    this.#asking.add(reachable);
    const { upstream } = reachable;
    const before = upstream.state;
    const healthy = await this.#ask(reachable);
    this.#asking.delete(reachable);
    if (healthy !== undefined) upstream.checked(healthy);
    if (upstream.state !== before) this.#logger.log(`an instance is ${upstream.state}`, upstream.instance);
  }

  /** Undefined: it was late, which says nothing yet. */
  async #ask(reachable: Reachable): Promise<boolean | undefined> {
    try {
      const { statusCode, body } = await reachable.pool.request({
        method: 'GET',
        path: '/readyz',
        headersTimeout: patience,
        bodyTimeout: patience,
        signal: this.#stopped.signal,
      });
      await body.dump();
      this.#late.delete(reachable);
      return statusCode === 200;
    } catch (error) {
      // what failed is no news to anybody: that it failed is
      if (!(error instanceof errors.HeadersTimeoutError || error instanceof errors.BodyTimeoutError)) return false;
      const late = (this.#late.get(reachable) ?? 0) + 1;
      this.#late.set(reachable, late);
      return late >= lateAnswers ? false : undefined;
    }
  }
}
