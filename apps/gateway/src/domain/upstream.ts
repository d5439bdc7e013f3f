import type { Instance } from './instance-directory.js';

/** How a call ended, from the view of the instance. `abandoned`: the client disconnected or sent an invalid request. */
export type Outcome = 'answered' | 'failed' | 'unreachable' | 'abandoned';

export type UpstreamState =
  /** Not checked yet: used only if no instance is up. */
  | 'new'
  | 'up'
  /** It is not ready, its checks are slow, or most of its calls fail: used only if no instance is up or new. */
  | 'doubtful'
  /** No connection can be made: not used until a check succeeds. */
  | 'down';

/** What a health check found. */
export type CheckResult = 'ready' | 'not-ready' | 'unreachable';

/** Weight of the newest measurement in the moving averages. */
const newestWeight = 0.2;
/** An instance with a larger share of failed calls is doubtful. */
const failureLimit = 0.5;
/** After so long without a call the measured latency counts half. */
const halfLifeMs = 2_000;

const states = { ready: 'up', 'not-ready': 'doubtful', unreachable: 'down' } as const;

/** Measurements of one instance by this gateway: latency, calls in flight, share of failures. */
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
   * The expected duration of one more call; lower is better. An instance without calls has almost no cost, and old measurements
   * count less, so a slow instance is tried again.
   */
  cost(now: number): number {
    const age = Math.max(0, now - this.#measuredAt);
    return (this.#latency * 2 ** (-age / halfLifeMs) + 1) * (this.#inFlight + 1);
  }

  begin(): void {
    this.#inFlight++;
  }

  /** `abandoned` does not change the measurements. */
  end(outcome: Outcome, milliseconds: number, now: number): void {
    this.#inFlight--;
    if (outcome === 'abandoned') return;
    if (outcome !== 'unreachable') {
      this.#latency += newestWeight * (milliseconds - this.#latency);
      this.#measuredAt = now;
    }
    this.#failures += newestWeight * ((outcome === 'answered' ? 0 : 1) - this.#failures);
    if (outcome === 'unreachable') this.#state = 'down';
    else if (this.#failures > failureLimit) this.#state = 'doubtful';
  }

  /** Applies a health check. When the instance becomes healthy, its measurements are reset. */
  checked(result: CheckResult): void {
    if (result === 'ready' && this.#state !== 'up') this.#failures = this.#latency = 0;
    this.#state = states[result];
  }
}
