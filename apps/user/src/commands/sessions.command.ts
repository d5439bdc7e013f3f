import { SessionRevocationEnded, type Role, type UserId } from '@tradewind/contracts';
import { rejection, type Rejection } from '@tradewind/kernel';
import { answer, command, insert, remove, rows, nothing, publish, save, type Decision } from '@tradewind/messaging';
import { accountForgotten } from '../domain/account.js';
import { issue, openSession, refresh, type NextToken, type RefreshToken } from '../domain/session.js';
import { Accounts, Credentials, RefreshTokens, Revocations, Sessions } from '../storage/tables.js';
import { passwordChangedMeanwhile } from '../domain/password.js';
import { endSession } from './end-session.js';

export interface OpenSessionInput {
  readonly sessionId: string;
  readonly userId: UserId;
  /** With which the password was verified. */
  readonly passwordHash: string;
  readonly tokenHash: string;
  readonly lifetimeMs: number;
}

/**
 * Opens a session after the password was verified. Account and credential are locked: the account can't be forgotten, disabled or get another
 * role at the same time, and a password that was changed meanwhile opens none.
 */
export const logIn = command(
  'session.open',
  {
    credential: rows(Credentials, ({ userId }: OpenSessionInput) => [userId]),
    account: rows(Accounts, ({ userId }: OpenSessionInput) => [userId]),
  },
  ({ sessionId, userId, passwordHash, tokenHash, lifetimeMs }: OpenSessionInput, { account, credential, now }) => {
    const found = account.get(userId);
    if (found?.status !== 'active') return accountForgotten;
    if (credential.get(userId)?.passwordHash !== passwordHash) return passwordChangedMeanwhile;
    const session = openSession(sessionId, userId, now, lifetimeMs);
    return insert(Sessions, session)
      .and(insert(RefreshTokens, issue(sessionId, tokenHash, now)))
      .and(answer({ userId, role: found.role }));
  },
);

const sessionsOf = (_: unknown, { token }: { token: { all(): readonly RefreshToken[] } }): string[] =>
  token.all().map(({ sessionId }) => sessionId);

export interface RotateTokenInput {
  readonly tokenHash: string;
  readonly next: NextToken;
  readonly graceMs: number;
  /**
   * Whose token it is, and the database's time, read shortly before. A later change of the account ends the session, and so this refresh or the tokens
   * that it issues: the account need not be locked.
   */
  readonly owner: { readonly userId: UserId; readonly role: Role } | undefined;
  readonly at: Date;
}

export const sessionOver = rejection('session-over');
export type Refreshed =
  | {
      readonly refreshed: true;
      readonly sessionId: string;
      readonly userId: UserId;
      readonly role: Role;
      /** Of a repeated refresh: the sealed token that the first one issued. */
      readonly successor?: string;
    }
  | { readonly refreshed: false };

/** Of many calls with one token exactly one rotates it. The end of a session must be saved, so it is not a rejection. */
export const rotateToken = command(
  'session.refresh',
  {
    token: rows(RefreshTokens, ({ tokenHash }: RotateTokenInput) => [tokenHash]),
    session: rows(Sessions, sessionsOf),
  },
  ({ tokenHash, next, graceMs, owner, at }: RotateTokenInput, { token, session }): Decision<Refreshed> | Rejection => {
    const presented = token.get(tokenHash);
    const [family] = session.all();
    if (!presented || !family || !owner) return sessionOver;
    const issuedTo = { sessionId: family.sessionId, userId: owner.userId, role: owner.role };
    const result = refresh(family, presented, next, graceMs, at);
    switch (result.outcome) {
      case 'rotated':
        return save(RefreshTokens, result.used)
          .and(insert(RefreshTokens, result.next))
          .and(answer<Refreshed>({ refreshed: true, ...issuedTo }));
      case 'repeated':
        return answer<Refreshed>({
          refreshed: true,
          ...issuedTo,
          successor: result.successor,
        });
      case 'reused':
        return endSession(family, 'reuse', at).and(answer<Refreshed>({ refreshed: false }));
      case 'over':
        return sessionOver;
    }
  },
);

/** Ends the session of a token, current or used. An unknown token is ignored. */
export const logOut = command(
  'session.close',
  {
    token: rows(RefreshTokens, ({ tokenHash }: { readonly tokenHash: string }) => [tokenHash]),
    session: rows(Sessions, sessionsOf),
  },
  (_, { session, now }) => {
    const [family] = session.all();
    return family ? endSession(family, 'logout', now) : nothing();
  },
);

export const unknownSession = rejection('unknown-session');

interface OwnSession {
  readonly sessionId: string;
  readonly userId: UserId;
}

/** Ends one of a person's own sessions. Repeating it changes nothing. */
export const endOwnSession = command(
  'session.end',
  { session: rows(Sessions, ({ sessionId }: OwnSession) => [sessionId]) },
  ({ sessionId, userId }: OwnSession, { session, now }): Decision | Rejection => {
    const found = session.get(sessionId);
    return found?.userId === userId ? endSession(found, 'ended', now) : unknownSession;
  },
);

/** All access tokens of a revoked session have expired: the other services need not know it any more. */
export const endRevocation = command(
  'session.end-revocation',
  { revocation: rows(Revocations, ({ sessionId }: Pick<OwnSession, 'sessionId'>) => [sessionId]) },
  ({ sessionId }: Pick<OwnSession, 'sessionId'>, { revocation }) =>
    revocation.get(sessionId)
      ? remove(Revocations, sessionId).and(publish(SessionRevocationEnded, { sessionId }))
      : nothing(),
);
