import { Controller } from '@nestjs/common';
import { SessionRevocationEnded, SessionRevoked } from '@tradewind/contracts';
import { Handles, remove, rows, save, type Decision } from '@tradewind/messaging';
import { RevokedSessions } from './revocations.table.js';

const load = {
  known: rows(RevokedSessions, (message: SessionRevoked | SessionRevocationEnded) => [message.sessionId]),
};

/** Keeps the service's own copy of `user.revocations`. */
@Controller()
export class RevocationsHandler {
  @Handles(SessionRevoked, { load, consumer: 'keys' })
  revoked({ sessionId, revokedAt }: SessionRevoked): Decision {
    return save(RevokedSessions, { sessionId, revokedAt: new Date(revokedAt) });
  }

  @Handles(SessionRevocationEnded, { load, consumer: 'keys' })
  ended({ sessionId }: SessionRevocationEnded): Decision {
    return remove(RevokedSessions, sessionId);
  }
}
