import { table } from '@tradewind/messaging';

/** A session that ended while its access tokens are still valid. */
export interface RevokedSession {
  readonly sessionId: string;
  readonly revokedAt: Date;
}

export const RevokedSessions = table<RevokedSession>('svc_revoked_sessions', 'sessionId', {
  sessionId: 'uuid',
  revokedAt: 'timestamptz',
});
