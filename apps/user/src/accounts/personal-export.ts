import { Inject, Injectable } from '@nestjs/common';
import type { UserId } from '@tradewind/contracts';
import { Clock } from '@tradewind/service';
import { AccountQueries, type Registration } from '../storage/account.queries.js';
import { SessionQueries, type SessionRow } from '../storage/session.queries.js';
import { Accounts, type Profile } from './accounts.js';

/** Everything that the user service stores about a person, but for secrets: hashes and keys. */
export interface PersonalExport {
  readonly exportedAt: Date;
  readonly account: Profile & Registration;
  /** Deleted a day after they expire. */
  readonly sessions: readonly SessionRow[];
}

@Injectable()
export class PersonalExports {
  constructor(
    private readonly accounts: Accounts,
    private readonly queries: AccountQueries,
    private readonly sessions: SessionQueries,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /** Undefined: the person was forgotten. */
  async of(userId: UserId): Promise<PersonalExport | undefined> {
    const [profile, registration, sessions] = await Promise.all([
      this.accounts.profile(userId),
      this.queries.registration(userId),
      this.sessions.allOf(userId),
    ]);
    if (!profile || !registration) return undefined;
    return { exportedAt: this.clock.now(), account: { ...profile, ...registration }, sessions };
  }
}
