import { Message } from '@tradewind/messaging/message';
import { IsId, IsInstant } from '../fields/index.js';
import { topics } from '../topics.js';
import type { UserId } from '../ids.js';

/**
 * A session ended before its access tokens expire: by log-out, because a refresh token was used twice, or because its person was forgotten.
 * From now on no service accepts its tokens. Compacted; ends with a tombstone when the last of its tokens has expired.
 */
@Message({ type: 'user.session-revoked', topic: topics.userRevocations, key: 'sessionId' })
export class SessionRevoked {
  @IsId() readonly sessionId!: string;
  @IsId() readonly userId!: UserId;
  @IsInstant() readonly revokedAt!: string;
}
