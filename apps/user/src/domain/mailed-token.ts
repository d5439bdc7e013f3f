import type { UserId } from '@tradewind/contracts/ids';
import { rejection } from '@tradewind/kernel';

/** What a token that was sent by e-mail is for. */
export type TokenPurpose = 'reset-password' | 'verify-email' | 'change-email';

/** A token that was sent to a person by e-mail. Who has it reads the mailbox. A person has at most one for each purpose. */
export interface MailedToken {
  readonly userId: UserId;
  readonly purpose: TokenPurpose;
  /** The token itself is 256 random bits, in the message only. */
  readonly tokenHash: string;
  readonly issuedAt: Date;
  /** The address that is to become the account's, sealed: of `change-email` only. */
  readonly email?: string;
}

/** A token is valid for an hour. */
const lifetimeMs = 3_600_000;

/** A person causes one message of a purpose a minute. */
const intervalMs = 60_000;

export const tooSoon = rejection('too-soon');
/** Also for a token that was replaced or used: nothing tells which. */
export const tokenInvalid = rejection('token-invalid');

/** Whether a new token may replace the former one, which is then invalid. */
export const mayReplace = (former: MailedToken | undefined, now: Date): boolean =>
  former === undefined || now.getTime() - former.issuedAt.getTime() >= intervalMs;

export const isValid = ({ issuedAt }: Pick<MailedToken, 'issuedAt'>, now: Date): boolean =>
  now.getTime() - issuedAt.getTime() < lifetimeMs;

/** Whether it is the valid token with this hash. */
export const accepts = (token: MailedToken | undefined, tokenHash: string, now: Date): boolean =>
  token?.tokenHash === tokenHash && isValid(token, now);
