import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Commands } from '@tradewind/messaging';
import { Timers } from '@tradewind/service';
import { endRevocation } from '../commands/sessions.command.js';
import { SessionQueries } from '../storage/session.queries.js';
import { UserConfig } from '../user.config.js';

const hour = 3_600_000;

/** Longer than the clocks of instances differ. */
const marginSeconds = 3_600;

/** Every hour, deletes sessions that expired more than a day ago, and ends revocations that no valid token needs. */
@Injectable()
export class SessionSweeper implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #logger = new Logger('Sessions');
  readonly #stopped = new AbortController();
  #running: Promise<void> | undefined;

  constructor(
    private readonly queries: SessionQueries,
    private readonly config: UserConfig,
    @Inject(Commands) private readonly commands: Commands,
    @Inject(Timers) private readonly timers: Timers,
  ) {}

  onApplicationBootstrap(): void {
    this.#running = this.#runUntilStopped();
  }

  async onApplicationShutdown(): Promise<void> {
    this.#stopped.abort();
    await this.#running;
  }

  async run(): Promise<void> {
    await this.queries.deleteExpired();
    for (;;) {
      const over = await this.queries.overFor(this.config.ACCESS_TOKEN_SECONDS + marginSeconds);
      if (over.length === 0) return;
      await Promise.all(over.map((session) => this.commands.run(endRevocation, session)));
    }
  }

  async #runUntilStopped(): Promise<void> {
    while (!this.#stopped.signal.aborted) {
      await this.run().catch((error: unknown) =>
        this.#logger.warn('expired sessions could not be deleted; retrying', error),
      );
      await this.timers.wait(hour, this.#stopped.signal);
    }
  }
}
