import type { Timers } from '@tradewind/kernel';
import { withTimeout } from '../waiting/index.js';

export interface HealthReport {
  readonly ready: boolean;
  /** What prevents the service from serving. */
  readonly failing: readonly string[];
  /** What is unavailable although the service can serve. */
  readonly degraded: readonly string[];
}

const checkTimeoutMs = 1_000;

/** Whether this instance can serve HTTP. An unavailable broker only degrades it: accepting a request needs only the database. */
export class Health {
  readonly #checks = new Map<string, () => Promise<string | undefined>>();
  readonly #degradations: (() => readonly string[])[] = [];
  readonly #drainListeners: (() => void)[] = [];
  #phase: 'starting' | 'serving' | 'draining' = 'starting';

  constructor(private readonly timers: Timers) {}

  /** The instance is not ready while the check resolves to a failure, rejects, or takes over a second. */
  addCheck(name: string, check: () => Promise<string | undefined>): void {
    this.#checks.set(name, check);
  }

  /** What is degraded at the moment; only reported. */
  addDegradation(degraded: () => readonly string[]): void {
    this.#degradations.push(degraded);
  }

  started(): void {
    if (this.#phase === 'starting') this.#phase = 'serving';
  }

  /** Not ready from now on; can't be undone. */
  drain(): void {
    if (this.#phase === 'draining') return;
    this.#phase = 'draining';
    for (const listener of this.#drainListeners) listener();
  }

  onDraining(listener: () => void): void {
    this.#drainListeners.push(listener);
  }

  async report(): Promise<HealthReport> {
    const failures = await Promise.all([...this.#checks].map(([name, check]) => this.#failureOf(name, check)));
    const failing = [
      ...(this.#phase === 'serving' ? [] : [`the service is ${this.#phase}`]),
      ...failures.filter((failure) => failure !== undefined),
    ];
    return { ready: failing.length === 0, failing, degraded: this.#degradations.flatMap((degraded) => degraded()) };
  }

  async #failureOf(name: string, check: () => Promise<string | undefined>): Promise<string | undefined> {
    try {
      return await withTimeout(this.timers, checkTimeoutMs, check(), `${name} does not answer within a second`);
    } catch {
      return `${name} is unavailable`; // the reason is logged where the dependency is used
    }
  }
}
