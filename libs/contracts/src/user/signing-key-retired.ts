import { Message } from '@tradewind/messaging/message';
import { IsText } from '../fields/index.js';
import { topics } from '../topics.js';

/**
 * Tokens signed with this key are no longer accepted. Not a tombstone: it has the signature of the deployment's root key, without which the
 * key stays in use, and it stays on the compacted topic.
 */
@Message({ type: 'user.signing-key-retired', topic: topics.userKeys, key: 'kid' })
export class SigningKeyRetired {
  @IsText(100) readonly kid!: string;
  @IsText(100) readonly signature!: string;
}
