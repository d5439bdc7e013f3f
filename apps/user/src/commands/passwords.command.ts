import type { UserId } from '@tradewind/contracts';
import { isRejection } from '@tradewind/kernel';
import {
  answer,
  command,
  nothing,
  remove,
  rows,
  rowsWhere,
  save,
  type Decision,
  type HandlerContext,
} from '@tradewind/messaging';
import { accountForgotten } from '../domain/account.js';
import { mayReplace, type MailedToken } from '../domain/mailed-token.js';
import { setPassword, type PasswordProof } from '../domain/password.js';
import { sendMail, type OutgoingMail } from './send-mail.js';
import { Accounts, Credentials, MailedTokens, Sessions } from '../storage/tables.js';
import { endSession } from './end-session.js';

const resetTokenOf = (userId: UserId) => [userId, 'reset-password'] as const;

interface ResetRequest {
  /** Of an unknown address: an account that does not exist. */
  readonly userId: UserId;
  readonly tokenHash: string;
  readonly mail: OutgoingMail;
}

const requested = {
  account: rows(Accounts, ({ userId }: ResetRequest) => [userId]),
  tokens: rows(MailedTokens, ({ userId }: ResetRequest) => [resetTokenOf(userId)]),
};

/**
 * Stores the token and schedules its message. For an unknown address, and for an account that got a message a moment ago, it schedules a message
 * that is dropped, so that neither the answer nor its time tells them apart.
 */
export const requestPasswordReset = command(
  'user.request-password-reset',
  requested,
  ({ userId, tokenHash, mail }: ResetRequest, { account, tokens, now, newId }: HandlerContext<typeof requested>) => {
    const due = account.get(userId)?.status === 'active' && mayReplace(tokens.get(resetTokenOf(userId)), now);
    if (!due) return sendMail({ ...mail, userId: newId() as UserId });
    const token: MailedToken = { userId, purpose: 'reset-password', tokenHash, issuedAt: now };
    return save(MailedTokens, token).and(sendMail(mail));
  },
);

interface NewPassword {
  readonly userId: UserId;
  readonly proof: PasswordProof;
  readonly passwordHash: string;
  /** The session that does not end. */
  readonly currentSession: string | undefined;
  readonly notice: OutgoingMail;
}

const changed = {
  credential: rows(Credentials, ({ userId }: NewPassword) => [userId]),
  sessions: rowsWhere(Sessions, 'userId', ({ userId }: NewPassword) => [userId]),
  account: rows(Accounts, ({ userId }: NewPassword) => [userId]),
  tokens: rows(MailedTokens, ({ userId }: NewPassword) => [resetTokenOf(userId)]),
};

/** Sets a password, ends the other sessions, and makes a reset token unusable, in one transaction. */
export const setNewPassword = command(
  'user.set-password',
  changed,
  (
    { userId, proof, passwordHash, currentSession, notice }: NewPassword,
    { credential, sessions, tokens, now }: HandlerContext<typeof changed>,
  ) => {
    const found = credential.get(userId);
    if (!found) return accountForgotten;
    const next = setPassword(found, tokens.get(resetTokenOf(userId)), proof, passwordHash, now);
    if (isRejection(next)) return next;
    return sessions
      .all()
      .filter(({ sessionId }) => sessionId !== currentSession)
      .reduce<Decision>((all, session) => all.and(endSession(session, 'password', now)), nothing())
      .and(save(Credentials, next))
      .and(remove(MailedTokens, resetTokenOf(userId)))
      .and(sendMail(notice))
      .and(answer('done'));
  },
);
