import { Message } from '@tradewind/messaging/message';
import { IsId } from '../fields/index.js';
import { topics } from '../topics.js';

/**
 * All tokens of a revoked session have expired. A tombstone: the record has no value.
 */
@Message({ type: 'user.session-revocation-ended', topic: topics.userRevocations, key: 'sessionId', tombstone: true })
export class SessionRevocationEnded {
  @IsId() readonly sessionId!: string;
}
