import type { Store } from '../store/store.js';
import type { World } from '../system.js';

/** Of the time, how much a replay works; and the outbox lag, in seconds, above which it lets the living go first. */
const share = 0.3;
const lagAllowed = 1;
/** Milliseconds between two looks at the lag, and of one wait for it. */
const look = 500;

/** Leaves the database and the broker to those who live on them: works a share of the time, and not at all while messages pile up. */
export class Pace {
  #lookedAt = 0;

  constructor(
    private readonly store: Store,
    private readonly world: World,
    private readonly fullSpeed: boolean,
  ) {}

  /** Does the work, and waits as long as it takes the others to catch their breath. */
  async keep<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    const since = this.#now();
    const result = await work();
    if (this.fullSpeed) return result;
    await this.world.timers.wait(Math.ceil(((this.#now() - since) * (1 - share)) / share), signal);
    while (!signal.aborted && (await this.#lags())) await this.world.timers.wait(look, signal);
    return result;
  }

  async #lags(): Promise<boolean> {
    if (this.#now() - this.#lookedAt < look) return false;
    this.#lookedAt = this.#now();
    return (await this.store.outboxLag()).seconds > lagAllowed;
  }

  #now(): number {
    return this.world.clock.now().getTime();
  }
}
