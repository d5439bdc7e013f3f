import { Inject, Injectable } from '@nestjs/common';
import type { UserId } from '@tradewind/contracts';
import { isRejection } from '@tradewind/kernel';
import { Commands } from '@tradewind/messaging';
import { Clock, problem, Randomness, temporaryProblem } from '@tradewind/service';
import type { EmailChange } from '../commands/change-profile.command.js';
import { confirmEmail, requestVerification, type MailedTokenRequest } from '../commands/emails.command.js';
import { accountForgotten, emailTaken, emailVerified } from '../domain/account.js';
import { isValid, tooSoon } from '../domain/mailed-token.js';
import { addressTaken, changeEmail, emailChanged, verifyEmail } from '../mail/mail-texts.js';
import { AccountQueries, type Recipient, type SealedProfile } from '../storage/account.queries.js';
import { MailedTokenQueries } from '../storage/mailed-token.queries.js';
import { mailedTokenHash, newMailedToken } from '../tokens/mailed-token.js';
import { UserConfig } from '../user.config.js';
import { OutgoingMails } from './outgoing-mails.js';
import { PersonalSeal } from './personal-seal.js';
import { uniqueEmail } from './unique-email.js';

export const tokenInvalidProblem = () =>
  problem(400, 'token-invalid', 'this token was used or replaced, or is older than an hour: ask for a new one');
export const emailTakenProblem = () =>
  problem(409, 'email-taken', 'an account with this e-mail address exists already: log in, or use another address');
export const accountGoneProblem = () => problem(404, 'not-found', 'this account no longer exists');
export const tooSoonProblem = () =>
  temporaryProblem(429, 'too-many-requests', 'a message was sent less than a minute ago: look for it, or wait', 60);

/** Shows that addresses belong to their people: a new one becomes an account's when the token that was sent to it comes back. */
@Injectable()
export class Emails {
  constructor(
    private readonly seal: PersonalSeal,
    private readonly accounts: AccountQueries,
    private readonly tokens: MailedTokenQueries,
    private readonly mails: OutgoingMails,
    private readonly config: UserConfig,
    @Inject(Commands) private readonly commands: Commands,
    @Inject(Clock) private readonly clock: Clock,
    @Inject(Randomness) private readonly randomness: Randomness,
  ) {}

  /** The token for the address of a registration. */
  verification(recipient: Recipient, address: string): MailedTokenRequest {
    const token = newMailedToken(this.randomness);
    const mail = this.mails.to(recipient, address, verifyEmail({ token, page: this.config.ACCOUNT_PAGE_URL }));
    return { tokenHash: mailedTokenHash(token), mail };
  }

  /** Sends the token of the registration again. */
  async requestVerification(userId: UserId): Promise<void> {
    const profile = await this.accounts.profile(userId);
    if (!profile) throw accountGoneProblem();
    const request = this.verification(profile, this.#addressOf(profile));
    const asked = await this.commands.run(requestVerification, { userId, ...request });
    if (!isRejection(asked)) return;
    switch (asked.rejected) {
      case tooSoon.rejected:
        throw tooSoonProblem();
      case emailVerified.rejected:
        throw problem(409, 'email-verified', 'the e-mail address of this account is verified already');
      default:
        throw accountGoneProblem();
    }
  }

  /**
   * What a change to this address needs. Of an address that is another account's: the token goes nowhere, and its owner gets a message, after the
   * same work. Undefined: it is the account's own address.
   */
  async change(profile: SealedProfile, address: string): Promise<EmailChange | undefined> {
    const { userId, wrappedKey } = profile;
    const owner = await this.accounts.recipient(this.seal.emailIndexes(address));
    if (owner?.userId === userId) return undefined;
    const token = newMailedToken(this.randomness);
    const text = owner ? addressTaken() : changeEmail({ token, page: this.config.ACCOUNT_PAGE_URL });
    return {
      email: this.seal.seal(userId, wrappedKey, 'user.email', address),
      tokenHash: mailedTokenHash(token),
      mail: this.mails.to(owner ?? profile, address, text),
    };
  }

  /** Throws a 400 problem for a token that is not valid, 409 if the address has become another account's. */
  async confirm(token: string): Promise<void> {
    const tokenHash = mailedTokenHash(token);
    const found = await this.tokens.find(tokenHash);
    const profile = found && (await this.accounts.profile(found.userId));
    if (!profile || !isValid(found, this.clock.now())) throw tokenInvalidProblem();
    const { userId, purpose, email } = found;
    if (purpose === 'reset-password') throw tokenInvalidProblem();
    const confirmed = await uniqueEmail(() =>
      this.commands.run(confirmEmail, {
        userId,
        purpose,
        tokenHash,
        ...(email !== undefined && {
          change: { sealed: email, indexes: this.#indexesOf(profile, email) },
          notice: this.mails.to(profile, this.#addressOf(profile), emailChanged()),
        }),
      }),
    );
    if (!isRejection(confirmed)) return;
    if (confirmed.rejected === emailTaken.rejected) throw emailTakenProblem();
    throw confirmed.rejected === accountForgotten.rejected ? accountGoneProblem() : tokenInvalidProblem();
  }

  #addressOf({ userId, wrappedKey, email }: SealedProfile): string {
    return this.seal.open(userId, wrappedKey, 'user.email', email);
  }

  #indexesOf({ userId, wrappedKey }: SealedProfile, email: string): readonly [string, ...string[]] {
    const address = this.seal.open(userId, wrappedKey, 'user.email', email);
    return this.seal.emailIndexes(address) as [string, ...string[]];
  }
}
