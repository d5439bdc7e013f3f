import { withFailure, remainingDelay, type Failures, type ThrottlePolicy } from '../domain/login-failures.js';

/** Counts failed log-ins by key, in memory. When it is full, the key with the oldest failure is removed. */
export class FailureCounter {
  readonly #failures = new Map<string, Failures>();

  constructor(
    private readonly policy: ThrottlePolicy,
    private readonly capacity = 50_000,
  ) {}

  remainingDelay(key: string, now: number): number {
    return remainingDelay(this.#failures.get(key), this.policy, now);
  }

  /** Called before an attempt: it counts as failed until it succeeds, so parallel attempts are limited like sequential ones. */
  add(key: string, now: number): void {
    const failures = withFailure(this.#failures.get(key), now);
    this.#failures.delete(key);
    this.#failures.set(key, failures);
    if (this.#failures.size <= this.capacity) return;
    for (const oldest of this.#failures.keys()) {
      this.#failures.delete(oldest);
      return;
    }
  }

  /** Removes one failure: the attempt succeeded. */
  subtract(key: string): void {
    const failures = this.#failures.get(key);
    if (!failures) return;
    if (failures.count <= 1) this.#failures.delete(key);
    else this.#failures.set(key, { ...failures, count: failures.count - 1 });
  }

  clear(key: string): void {
    this.#failures.delete(key);
  }
}
