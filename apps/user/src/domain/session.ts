import { assertNever, type UserId } from '@tradewind/kernel';

/** One login and every refresh token that came of it: a family. */
export type Session = OpenSession | EndedSession;

interface SessionFacts {
  readonly sessionId: string;
  readonly userId: UserId;
  readonly openedAt: Date;
  readonly expiresAt: Date;
}

export interface OpenSession extends SessionFacts {
  readonly status: 'open';
}

export interface EndedSession extends SessionFacts {
  readonly status: 'ended';
  readonly endedAt: Date;
  readonly endedBy: EndedBy;
}

/** `reuse`: a refresh token came a second time, so somebody else may hold it. */
export type EndedBy = 'logout' | 'reuse' | 'forgotten';

/** Known by its hash only; the token itself is 256 random bits in its holder's hands. */
export type RefreshToken =
  | { readonly status: 'current'; readonly tokenHash: string; readonly sessionId: string; readonly issuedAt: Date }
  | {
      readonly status: 'used';
      readonly tokenHash: string;
      readonly sessionId: string;
      readonly issuedAt: Date;
      readonly usedAt: Date;
    };

export type Refreshing =
  | { readonly outcome: 'rotated'; readonly used: RefreshToken; readonly next: RefreshToken }
  /** The token was used before: the whole family ends, its newest token too. */
  | { readonly outcome: 'reused'; readonly ended: EndedSession }
  | { readonly outcome: 'over' };

export const openSession = (sessionId: string, userId: UserId, now: Date, lifetime: number): OpenSession => ({
  status: 'open',
  sessionId,
  userId,
  openedAt: now,
  expiresAt: new Date(now.getTime() + lifetime),
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
 * A token is good once. A retry of a refresh whose answer was lost can't be told from a thief's, so it ends the session as
 * well: the holder logs in again.
 */
export function refresh(session: Session, token: RefreshToken, nextHash: string, now: Date): Refreshing {
  if (session.status === 'ended' || session.expiresAt <= now) return { outcome: 'over' };
  switch (token.status) {
    case 'used':
      return { outcome: 'reused', ended: end(session, 'reuse', now) };
    case 'current':
      return {
        outcome: 'rotated',
        used: { ...token, status: 'used', usedAt: now },
        next: issue(session.sessionId, nextHash, now),
      };
    default:
      return assertNever(token);
  }
}
