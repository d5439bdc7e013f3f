import { SessionRevoked } from '@tradewind/contracts';
import { insert, nothing, publish, save, type Decision } from '@tradewind/messaging';
import { end, type EndedBy, type Session } from '../domain/session.js';
import { Revocations, Sessions } from '../storage/tables.js';

/** Ends a session and revokes its access tokens in every service. A session that has ended stays as it is. */
export function endSession(session: Session, endedBy: EndedBy, now: Date): Decision {
  if (session.status === 'ended') return nothing();
  const { sessionId, userId } = session;
  return save(Sessions, end(session, endedBy, now))
    .and(insert(Revocations, { sessionId, userId, revokedAt: now }))
    .and(publish(SessionRevoked, { sessionId, userId, revokedAt: now.toISOString() }));
}
