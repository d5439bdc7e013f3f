import { Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { Timers } from '@tradewind/kernel';

/**
 * Work that an instance repeats while it runs: first when the application has started, then `intervalMs` after the end of the run before.
 * A run that rejects is logged, and the next one comes as usual; so `run` must find what is left to do in the database, not in memory.
 * The shutdown waits for the run that is under way. Every instance of a service runs it.
 */
export abstract class PeriodicWorker implements OnApplicationBootstrap, OnApplicationShutdown {
  protected readonly logger = new Logger(this.constructor.name);
  readonly #stopping = new AbortController();
  #running: Promise<void> | undefined;

  /** `failure`: what is logged with the error of a run, such as `expired sessions could not be deleted; retrying`. */
  constructor(
    private readonly timers: Timers,
    private readonly failure: string,
  ) {}

  protected abstract readonly intervalMs: number;
  abstract run(): Promise<void>;

  /** Aborted at the shutdown: for a run that waits on something. */
  protected get stopping(): AbortSignal {
    return this.#stopping.signal;
  }

  onApplicationBootstrap(): void | Promise<void> {
    this.#running = this.#repeat();
  }

  async onApplicationShutdown(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  /** A run beside the periodic ones. Never rejects. */
  protected async runLogged(): Promise<void> {
    await this.run().catch((error: unknown) => this.logger.warn(this.failure, error));
  }

  async #repeat(): Promise<void> {
    while (!this.stopping.aborted) {
      await this.runLogged();
      await this.timers.wait(this.intervalMs, this.stopping);
    }
  }
}
