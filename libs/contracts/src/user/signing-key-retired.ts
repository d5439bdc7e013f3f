import { Message } from '@tradewind/messaging/contract';
import { IsText } from '../fields/index.js';
import { topics } from '../topics.js';

/**
 * No token signed with this key is accepted any longer. A tombstone: the record has no value.
 */
@Message({ type: 'user.signing-key-retired', topic: topics.userKeys, key: 'kid', tombstone: true })
export class SigningKeyRetired {
  @IsText(100) readonly kid!: string;
}
