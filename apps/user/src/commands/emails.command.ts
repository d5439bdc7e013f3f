import { ProfileUpdated, type UserId } from '@tradewind/contracts';
import { isRejection } from '@tradewind/kernel';
import {
  answer,
  command,
  publish,
  remove,
  rows,
  rowsWhere,
  save,
  type Decision,
  type HandlerContext,
} from '@tradewind/messaging';
import { accountForgotten, changeProfile, emailVerified } from '../domain/account.js';
import { accepts, mayReplace, tokenInvalid, tooSoon, type TokenPurpose } from '../domain/mailed-token.js';
import { sendMail, type OutgoingMail } from './send-mail.js';
import { Accounts, MailedTokens } from '../storage/tables.js';

/** A token and the message that has it. */
export interface MailedTokenRequest {
  readonly tokenHash: string;
  readonly mail: OutgoingMail;
}

interface Verification extends MailedTokenRequest {
  readonly userId: UserId;
}

const asked = {
  account: rows(Accounts, ({ userId }: Verification) => [userId]),
  tokens: rows(MailedTokens, ({ userId }: Verification) => [[userId, 'verify-email']]),
};

/** Sends the token of the registration again. */
export const requestVerification = command(
  'user.request-email-verification',
  asked,
  ({ userId, tokenHash, mail }: Verification, { account, tokens, now }: HandlerContext<typeof asked>) => {
    const found = account.get(userId);
    if (found?.status !== 'active') return accountForgotten;
    if (found.emailVerifiedAt) return emailVerified;
    if (!mayReplace(tokens.get([userId, 'verify-email']), now)) return tooSoon;
    return save(MailedTokens, { userId, purpose: 'verify-email' as const, tokenHash, issuedAt: now })
      .and(sendMail(mail))
      .and(answer('done'));
  },
);

interface Confirmation {
  readonly userId: UserId;
  readonly purpose: Exclude<TokenPurpose, 'reset-password'>;
  readonly tokenHash: string;
  /** The new address, sealed, with its lookup values; the current one is the first. */
  readonly change?: { readonly sealed: string; readonly indexes: readonly [string, ...string[]] };
  /** To the former address. */
  readonly notice?: OutgoingMail;
}

const all = (userId: UserId) =>
  (['reset-password', 'verify-email', 'change-email'] as const).map((purpose) => [userId, purpose] as const);

const confirmed = {
  account: rows(Accounts, ({ userId }: Confirmation) => [userId]),
  holders: rowsWhere(Accounts, 'emailIndex', ({ change }: Confirmation) => change?.indexes ?? []),
  tokens: rows(MailedTokens, ({ userId }: Confirmation) => all(userId)),
};

/** The address of a token is the account's, and was read by its person. All other tokens went to the former address, and end. */
export const confirmEmail = command(
  'user.confirm-email',
  confirmed,
  (
    { userId, purpose, tokenHash, change, notice }: Confirmation,
    { account, holders, tokens, now }: HandlerContext<typeof confirmed>,
  ) => {
    const found = account.get(userId);
    if (found?.status !== 'active') return accountForgotten;
    if (!accepts(tokens.get([userId, purpose]), tokenHash, now)) return tokenInvalid;
    const email = change && { sealed: change.sealed, index: change.indexes[0] };
    const next = changeProfile(found, { ...(email && { email }), emailVerifiedAt: now }, holders.all());
    if (isRejection(next)) return next;
    const decision: Decision = save(Accounts, next)
      .and(remove(MailedTokens, ...(change ? all(userId) : [[userId, purpose] as const])))
      .and(
        publish(ProfileUpdated, {
          userId,
          ...(email && { email: email.sealed }),
          emailVerifiedAt: now.toISOString(),
          updatedAt: now.toISOString(),
        }),
      );
    return (notice ? decision.and(sendMail(notice)) : decision).and(answer('done'));
  },
);
