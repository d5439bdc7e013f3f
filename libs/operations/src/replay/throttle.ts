import type { RuntimePorts, Store } from '@tradewind/messaging/internals';

/** The share of the time that a replay works, and the outbox lag above which it pauses. */
const workShare = 0.3;
const maxLagSeconds = 1;
/** Interval between two checks of the lag, and the length of one pause. */
const lagIntervalMs = 500;

/** Leaves capacity of database and broker to the running services: works a share of the time, and pauses while the outbox lags. */
export class Throttle {
  #checkedAt = 0;

  constructor(
    private readonly store: Pick<Store, 'outboxLag'>,
    private readonly ports: RuntimePorts,
    private readonly disabled: boolean,
  ) {}

  /** Does the work, then pauses. */
  async run<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    const startedAt = this.#now();
    const result = await work();
    if (this.disabled) return result;
    await this.ports.timers.wait(Math.ceil(((this.#now() - startedAt) * (1 - workShare)) / workShare), signal);
    while (!signal.aborted && (await this.#lags())) await this.ports.timers.wait(lagIntervalMs, signal);
    return result;
  }

  async #lags(): Promise<boolean> {
    if (this.#now() - this.#checkedAt < lagIntervalMs) return false;
    this.#checkedAt = this.#now();
    return (await this.store.outboxLag()).seconds > maxLagSeconds;
  }

  #now(): number {
    return this.ports.clock.now().getTime();
  }
}
