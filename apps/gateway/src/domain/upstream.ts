import type { Instance } from './directory.js';

/** How a call ended, as far as the instance is to blame. */
export type Outcome = 'answered' | 'failed' | 'unreachable' | 'given-up';

export type UpstreamState =
  /** Known, not checked yet: used only when nothing better is there. */
  | 'new'
  | 'up'
  /** Calls or checks failed: gets no call until a check succeeds. */
  | 'down';

/** Weight of the newest measurement in the moving averages. */
const weight = 0.2;
/** More than this share of failed calls takes an instance out. */
const failureLimit = 0.5;
/** After so many milliseconds without a call, what was measured counts half. */
const halfLife = 2_000;

/** What this gateway has seen of one instance: how fast it answers, how many calls are in flight, whether it fails. */
export class Upstream {
  #state: UpstreamState = 'new';
  #latency = 0;
  #measuredAt = 0;
  #failures = 0;
  #inFlight = 0;

  constructor(readonly instance: Instance) {}

  get state(): UpstreamState {
    return this.#state;
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  /**
   * The expected wait of one more call; lower is better. One that was never called costs next to nothing, and what was
   * measured counts less with time, so one that was slow is tried again.
   */
  cost(now: number): number {
    const age = Math.max(0, now - this.#measuredAt);
    return (this.#latency * 2 ** (-age / halfLife) + 1) * (this.#inFlight + 1);
  }

  begin(): void {
    this.#inFlight++;
  }

  /** `given-up`: the client went away, which says nothing about the instance. */
  end(outcome: Outcome, milliseconds: number, now: number): void {
    this.#inFlight--;
    if (outcome === 'given-up') return;
    if (outcome !== 'unreachable') {
      this.#latency += weight * (milliseconds - this.#latency);
      this.#measuredAt = now;
    }
    this.#failures += weight * ((outcome === 'answered' ? 0 : 1) - this.#failures);
    if (outcome === 'unreachable' || this.#failures > failureLimit) this.#state = 'down';
  }

  /** A health check came back. After a pause it starts with a clean sheet. */
  checked(healthy: boolean): void {
    if (healthy && this.#state !== 'up') this.#failures = this.#latency = 0;
    this.#state = healthy ? 'up' : 'down';
  }
}
