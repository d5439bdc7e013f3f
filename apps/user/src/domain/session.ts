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

/** `reuse`: a refresh token was used twice, so it may have been stolen. */
export type EndedBy = 'logout' | 'reuse' | 'forgotten';

/** Stored as a hash only; the token itself is 256 random bits. */
export type RefreshToken =
  | { readonly status: 'current'; readonly tokenHash: string; readonly sessionId: string; readonly issuedAt: Date }
  | {
      readonly status: 'used';
      readonly tokenHash: string;
      readonly sessionId: string;
      readonly issuedAt: Date;
      readonly usedAt: Date;
    };

export type RefreshResult =
  | { readonly outcome: 'rotated'; readonly used: RefreshToken; readonly next: RefreshToken }
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
 * A token can be used once. The retry of a refresh whose response was lost can't be distinguished from a stolen token, so it
 * ends the session too.
 */
export function refresh(session: Session, token: RefreshToken, nextHash: string, now: Date): RefreshResult {
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
