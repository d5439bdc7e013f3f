import type { UserId } from '@tradewind/kernel';
import { Message } from '@tradewind/messaging/contract';
import { IsId } from '../fields/index.js';
import { topics } from '../topics.js';

/**
 * The data key is gone for good: what it sealed reads as erased. A tombstone: the record has no value.
 */
@Message({ type: 'user.data-key-destroyed', topic: topics.userDataKeys, key: 'userId', tombstone: true })
export class DataKeyDestroyed {
  @IsId() readonly userId!: UserId;
}
