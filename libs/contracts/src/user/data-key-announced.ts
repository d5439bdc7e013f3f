import type { UserId } from '@tradewind/kernel';
import { Message } from '@tradewind/messaging/contract';
import { IsISO8601, IsString, MaxLength } from 'class-validator';
import { IsId } from '../fields/index.js';
import { topics } from '../topics.js';

/**
 * A person's data key, wrapped by the deployment's key (base64url of nonce, cipher text and tag). Compacted and never archived.
 * May arrive after a sealed field that needs it: that is transient.
 */
@Message({ type: 'user.data-key-announced', topic: topics.userDataKeys, key: 'userId' })
export class DataKeyAnnounced {
  @IsId() readonly userId!: UserId;
  @IsString() @MaxLength(2_000) readonly wrappedKey!: string;
  @IsISO8601() readonly createdAt!: string;
}
