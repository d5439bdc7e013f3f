import { Inject, Injectable } from '@nestjs/common';
import { Commands } from '@tradewind/messaging';
import { PeriodicWorker, Timers } from '@tradewind/service';
import { endRevocation } from '../commands/sessions.command.js';
import { SessionQueries } from '../storage/session.queries.js';
import { UserConfig } from '../user.config.js';

/** Longer than the clocks of instances differ. */
const marginSeconds = 3_600;

/** Every hour, deletes sessions that expired more than a day ago and tokens of e-mails, and ends revocations that no valid token needs. */
@Injectable()
export class SessionSweeper extends PeriodicWorker {
  protected readonly intervalMs = 3_600_000;

  constructor(
    private readonly queries: SessionQueries,
    private readonly config: UserConfig,
    @Inject(Commands) private readonly commands: Commands,
    @Inject(Timers) timers: Timers,
  ) {
    super(timers, 'expired sessions could not be deleted; retrying');
  }

  async run(): Promise<void> {
    await this.queries.deleteExpired();
    for (;;) {
      const over = await this.queries.overFor(this.config.ACCESS_TOKEN_SECONDS + marginSeconds);
      if (over.length === 0) return;
      await Promise.all(over.map((session) => this.commands.run(endRevocation, session)));
    }
  }
}
