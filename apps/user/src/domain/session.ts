import type { UserId } from '@tradewind/contracts/ids';
import { assertNever } from '@tradewind/kernel';

/** A log-in and its family of refresh tokens. */
export type Session = OpenSession | EndedSession;

interface SessionBase {
  readonly sessionId: string;
  readonly userId: UserId;
  readonly openedAt: Date;
  readonly expiresAt: Date;
}

export interface OpenSession extends SessionBase {
  readonly status: 'open';
}

export interface EndedSession extends SessionBase {
  readonly status: 'ended';
  readonly endedAt: Date;
  readonly endedBy: EndedBy;
}

/**
 * `reuse`: a refresh token was used twice, so it may have been stolen. `ended`: by its person, from another session. `password`: the person
 * set another one. The last two: an admin changed the account of its person.
 */
export type EndedBy = 'logout' | 'reuse' | 'forgotten' | 'ended' | 'password' | 'role-changed' | 'disabled';

/** Stored as a hash only; the token itself is 256 random bits. */
export type RefreshToken =
  | { readonly status: 'current'; readonly tokenHash: string; readonly sessionId: string; readonly issuedAt: Date }
  | {
      readonly status: 'used';
      readonly tokenHash: string;
      readonly sessionId: string;
      readonly issuedAt: Date;
      /** By the database's clock, so that instances with different clocks agree. */
      readonly usedAt: Date;
      /** Identifies the client that used it. */
      readonly usedBy: string;
      /** The token that was issued for it, sealed: only who has this token can read it. */
      readonly successor: string;
    };

/** What a refresh issues, and for whom. */
export interface NextToken {
  readonly hash: string;
  readonly sealed: string;
  readonly client: string;
}

export type RefreshResult =
  | { readonly outcome: 'rotated'; readonly used: RefreshToken; readonly next: RefreshToken }
  /** The same client used the token a moment ago: it gets the same next token again. */
  | { readonly outcome: 'repeated'; readonly successor: string }
  /** The token was used before: the session ends, with its newest token. */
  | { readonly outcome: 'reused'; readonly ended: EndedSession }
  | { readonly outcome: 'over' };

export const openSession = (sessionId: string, userId: UserId, now: Date, lifetimeMs: number): OpenSession => ({
  status: 'open',
  sessionId,
  userId,
  openedAt: now,
  expiresAt: new Date(now.getTime() + lifetimeMs),
});

export const issue = (sessionId: string, tokenHash: string, now: Date): RefreshToken => ({
  status: 'current',
  tokenHash,
  sessionId,
  issuedAt: now,
});

/** Ending twice changes nothing: the first reason stays. */
export const end = (session: Session, endedBy: EndedBy, now: Date): EndedSession =>
  session.status === 'ended' ? session : { ...session, status: 'ended', endedAt: now, endedBy };

/**
 * A token can be used once. Within the grace period the client that used it may repeat the refresh, as two tabs do that refresh at
 * once, or after a lost response: it gets the same next token, so the family has one newest token still. Any other use may be a
 * thief's, and ends the session.
 */
export function refresh(
  session: Session,
  token: RefreshToken,
  next: NextToken,
  graceMs: number,
  now: Date,
): RefreshResult {
  if (session.status === 'ended' || session.expiresAt <= now) return { outcome: 'over' };
  switch (token.status) {
    case 'used':
      return token.usedBy === next.client && now.getTime() - token.usedAt.getTime() < graceMs
        ? { outcome: 'repeated', successor: token.successor }
        : { outcome: 'reused', ended: end(session, 'reuse', now) };
    case 'current':
      return {
        outcome: 'rotated',
        used: { ...token, status: 'used', usedAt: now, usedBy: next.client, successor: next.sealed },
        next: issue(session.sessionId, next.hash, now),
      };
    default:
      return assertNever(token);
  }
}
