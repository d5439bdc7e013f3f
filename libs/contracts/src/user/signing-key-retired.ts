import { Message } from '@tradewind/messaging/message';
import { IsText } from '../fields/index.js';
import { topics } from '../topics.js';

/**
 * Tokens signed with this key are no longer accepted. A tombstone: the record has no value.
 */
@Message({ type: 'user.signing-key-retired', topic: topics.userKeys, key: 'kid', tombstone: true })
export class SigningKeyRetired {
  @IsText(100) readonly kid!: string;
}
