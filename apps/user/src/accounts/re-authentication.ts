import { Injectable } from '@nestjs/common';
import type { UserId } from '@tradewind/contracts';
import { problem } from '@tradewind/service';
import { LoginThrottle } from '../passwords/login-throttle.js';
import { PasswordHasher } from '../passwords/password-hasher.js';
import { AccountQueries } from '../storage/account.queries.js';
import { SessionQueries } from '../storage/session.queries.js';
import { normaliseEmail } from './email.js';
import { PersonalSeal } from './personal-seal.js';

/** Who calls, and from where. */
export interface Caller {
  readonly userId: UserId;
  readonly sessionId: string | undefined;
  readonly address: string;
}

/** How long a log-in counts as one of now. */
const recentSeconds = 300;

/** Asks a person who is logged in for the password again. Wrong ones count as failed log-ins of the account. */
@Injectable()
export class ReAuthentication {
  constructor(
    private readonly seal: PersonalSeal,
    private readonly hasher: PasswordHasher,
    private readonly throttle: LoginThrottle,
    private readonly accounts: AccountQueries,
    private readonly sessions: SessionQueries,
  ) {}

  /** Throws a 401 problem without the password, unless the person has just logged in. A refreshed token does not count. */
  async require(caller: Caller, password: string | undefined): Promise<void> {
    if (password !== undefined) await this.verifyPassword(caller, password);
    else if (!(await this.sessions.isRecent(caller, recentSeconds)))
      throw problem(401, 'password-needed', 'send your password again as "password", or log in anew');
  }

  /** The hash with which the password was verified. Throws a 401 problem for a wrong one, 429 after many. */
  async verifyPassword({ userId, address }: Caller, password: string): Promise<string> {
    const profile = await this.accounts.profile(userId);
    const passwordHash = await this.accounts.passwordHash(userId);
    if (!profile || passwordHash === undefined) throw wrongPassword();
    const email = this.seal.open(userId, profile.wrappedKey, 'user.email', profile.email);
    const attempt = { account: this.seal.emailIndex(normaliseEmail(email)), address, device: undefined };
    await this.throttle.admit(attempt);
    if (!(await this.hasher.verify(passwordHash, password))) throw wrongPassword();
    this.throttle.succeeded(attempt);
    return passwordHash;
  }
}

const wrongPassword = () => problem(401, 'wrong-password', 'the current password is wrong');
