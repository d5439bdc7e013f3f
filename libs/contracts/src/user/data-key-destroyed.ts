import { Message } from '@tradewind/messaging/message';
import { IsId } from '../fields/index.js';
import { topics } from '../topics.js';
import type { UserId } from '../ids.js';

/**
 * The data key was destroyed: fields sealed with it can't be read any more. A tombstone: the record has no value.
 */
@Message({ type: 'user.data-key-destroyed', topic: topics.userDataKeys, key: 'userId', tombstone: true })
export class DataKeyDestroyed {
  @IsId() readonly userId!: UserId;
}
