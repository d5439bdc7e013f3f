import { Message } from '@tradewind/messaging/message';
import { IsId, IsInstant, IsText } from '../fields/index.js';
import { topics } from '../topics.js';
import type { UserId } from '../ids.js';

/**
 * A user's data key, wrapped with the deployment's key (base64url of nonce, cipher text and tag). Compacted and never archived.
 * May arrive after a sealed field that needs it; unsealing then fails as transient.
 */
@Message({ type: 'user.data-key-announced', topic: topics.userDataKeys, key: 'userId' })
export class DataKeyAnnounced {
  @IsId() readonly userId!: UserId;
  @IsText(2_000) readonly wrappedKey!: string;
  @IsInstant() readonly createdAt!: string;
}
