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

/** What this gateway has seen of one instance: how fast it answers, how many calls are in flight, whether it fails. */
export class Upstream {
  #state: UpstreamState = 'new';
  #latency = 0;
  #failures = 0;
  #inFlight = 0;

  constructor(readonly instance: Instance) {}

  get state(): UpstreamState {
    return this.#state;
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  /** Milliseconds, moving average. */
  get latency(): number {
    return this.#latency;
  }

  /** The expected wait of one more call. Lower is better. One that was never called costs next to nothing, so it is tried. */
  get cost(): number {
    return (this.#latency + 1) * (this.#inFlight + 1);
  }

  begin(): void {
    this.#inFlight++;
  }

  /** `given-up`: the client went away, which says nothing about the instance. */
  end(outcome: Outcome, milliseconds: number): void {
    this.#inFlight--;
    if (outcome === 'given-up') return;
    if (outcome !== 'unreachable') this.#latency += weight * (milliseconds - this.#latency);
    this.#failures += weight * ((outcome === 'answered' ? 0 : 1) - this.#failures);
    if (outcome === 'unreachable' || this.#failures > failureLimit) this.#state = 'down';
  }

  /** A health check came back. After a pause of failures it starts with a clean sheet. */
  checked(healthy: boolean): void {
    if (healthy && this.#state !== 'up') this.#failures = 0;
    this.#state = healthy ? 'up' : 'down';
  }
}
