import { Inject, Injectable } from '@nestjs/common';
import { userId, type UserId } from '@tradewind/contracts';
import { isRejection, newId } from '@tradewind/kernel';
import { Commands } from '@tradewind/messaging';
import { Clock, problem, Randomness } from '@tradewind/service';
import { requestPasswordReset, setNewPassword } from '../commands/passwords.command.js';
import { isValid } from '../domain/mailed-token.js';
import { passwordChangedMeanwhile, type PasswordProof } from '../domain/password.js';
import { passwordChanged, resetPassword } from '../mail/mail-texts.js';
import { PasswordHasher } from '../passwords/password-hasher.js';
import { refuseWeak } from '../passwords/weak-password.js';
import { AccountQueries, type SealedProfile } from '../storage/account.queries.js';
import { MailedTokenQueries } from '../storage/mailed-token.queries.js';
import { mailedTokenHash, newMailedToken } from '../tokens/mailed-token.js';
import { UserConfig } from '../user.config.js';
import { normaliseEmail } from './email.js';
import { tokenInvalidProblem } from './emails.js';
import { OutgoingMails } from './outgoing-mails.js';
import { PersonalSeal } from './personal-seal.js';
import { ReAuthentication, type Caller } from './re-authentication.js';

/** Sets passwords: with the current one, or with a token that was sent by e-mail. */
@Injectable()
export class Passwords {
  constructor(
    private readonly seal: PersonalSeal,
    private readonly hasher: PasswordHasher,
    private readonly accounts: AccountQueries,
    private readonly tokens: MailedTokenQueries,
    private readonly mails: OutgoingMails,
    private readonly again: ReAuthentication,
    private readonly config: UserConfig,
    @Inject(Commands) private readonly commands: Commands,
    @Inject(Clock) private readonly clock: Clock,
    @Inject(Randomness) private readonly randomness: Randomness,
  ) {}

  /** Ends all other sessions. Throws a 401 problem for a wrong current password. */
  async change(caller: Caller, current: string, password: string): Promise<void> {
    const passwordHash = await this.again.verifyPassword(caller, current);
    await this.#set(caller.userId, { by: 'password', passwordHash }, password, caller.sessionId);
  }

  /** For an unknown address it does the same, and sends nothing. */
  async requestReset(email: string): Promise<void> {
    const address = normaliseEmail(email);
    const recipient = (await this.accounts.recipient(this.seal.emailIndexes(address))) ?? this.#stranger();
    const token = newMailedToken(this.randomness);
    const text = resetPassword({ token, page: this.config.ACCOUNT_PAGE_URL });
    await this.commands.run(requestPasswordReset, {
      userId: recipient.userId,
      tokenHash: mailedTokenHash(token),
      mail: this.mails.to(recipient, address, text),
    });
  }

  /** Ends all sessions. Throws a 400 problem for a token that is not valid. */
  async reset(token: string, password: string): Promise<void> {
    const tokenHash = mailedTokenHash(token);
    const found = await this.tokens.find(tokenHash);
    if (found?.purpose !== 'reset-password' || !isValid(found, this.clock.now())) throw tokenInvalidProblem();
    await this.#set(found.userId, { by: 'token', tokenHash }, password, undefined);
  }

  async #set(id: UserId, proof: PasswordProof, password: string, currentSession: string | undefined): Promise<void> {
    const profile = await this.accounts.profile(id);
    if (!profile) throw tokenInvalidProblem();
    const email = this.#open(profile, 'email');
    refuseWeak(password, { email, name: this.#open(profile, 'name') });
    const set = await this.commands.run(setNewPassword, {
      userId: id,
      proof,
      passwordHash: await this.hasher.hash(password),
      currentSession,
      notice: this.mails.to(profile, email, passwordChanged()),
    });
    if (!isRejection(set)) return;
    throw set.rejected === passwordChangedMeanwhile.rejected
      ? problem(409, 'password-changed', 'the password was changed a moment ago: log in with the new one')
      : tokenInvalidProblem();
  }

  #open({ userId: id, wrappedKey, ...profile }: SealedProfile, field: 'email' | 'name'): string {
    return this.seal.open(id, wrappedKey, `user.${field}`, profile[field]);
  }

  /** An account that does not exist, and a key for it. */
  #stranger() {
    const id = userId(newId({ clock: this.clock, randomness: this.randomness }));
    return { userId: id, wrappedKey: this.seal.newKey(id) };
  }
}
