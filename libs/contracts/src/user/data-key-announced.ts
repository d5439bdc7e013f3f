import type { UserId } from '@tradewind/kernel';
import { Message } from '@tradewind/messaging/contract';
import { IsId, IsInstant, IsText } from '../fields/index.js';
import { topics } from '../topics.js';

/**
 * A person's data key, wrapped by the deployment's key (base64url of nonce, cipher text and tag). Compacted and never archived.
 * May arrive after a sealed field that needs it: that is transient.
 */
@Message({ type: 'user.data-key-announced', topic: topics.userDataKeys, key: 'userId' })
export class DataKeyAnnounced {
  @IsId() readonly userId!: UserId;
  @IsText(2_000) readonly wrappedKey!: string;
  @IsInstant() readonly createdAt!: string;
}
