import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Timers } from '@tradewind/service';
import { SessionQueries } from '../storage/session.queries.js';

const hour = 3_600_000;

/** Deletes sessions that expired more than a day ago, every hour. */
@Injectable()
export class SessionSweeper implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #logger = new Logger('Sessions');
  readonly #stopped = new AbortController();
  #running: Promise<void> | undefined;

  constructor(
    private readonly queries: SessionQueries,
    @Inject(Timers) private readonly timers: Timers,
  ) {}

  onApplicationBootstrap(): void {
    this.#running = this.#runUntilStopped();
  }

  async onApplicationShutdown(): Promise<void> {
    this.#stopped.abort();
    await this.#running;
  }

  async #runUntilStopped(): Promise<void> {
    while (!this.#stopped.signal.aborted) {
      await this.queries
        .deleteExpired()
        .catch((error: unknown) => this.#logger.warn('expired sessions could not be deleted; retrying', error));
      await this.timers.wait(hour, this.#stopped.signal);
    }
  }
}
