import { failedAgain, waitAfter, type Failures, type Leniency } from '../domain/attempts.js';

/** Failed log-ins by some key, in this process's memory; where it is full, the one that failed longest ago goes. */
export class Tally {
  readonly #failures = new Map<string, Failures>();

  constructor(
    private readonly leniency: Leniency,
    private readonly capacity = 50_000,
  ) {}

  wait(key: string, now: number): number {
    return waitAfter(this.#failures.get(key), this.leniency, now);
  }

  /** A try counts as failed until it has succeeded: so many at once get no more than one after the other. */
  add(key: string, now: number): void {
    const failures = failedAgain(this.#failures.get(key), now);
    this.#failures.delete(key);
    this.#failures.set(key, failures);
    if (this.#failures.size > this.capacity) this.#failures.delete(this.#failures.keys().next().value!);
  }

  /** The try was none of a guesser's. */
  takeBack(key: string): void {
    const failures = this.#failures.get(key);
    if (!failures) return;
    if (failures.count <= 1) this.#failures.delete(key);
    else this.#failures.set(key, { ...failures, count: failures.count - 1 });
  }

  clear(key: string): void {
    this.#failures.delete(key);
  }
}
