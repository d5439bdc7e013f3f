import type { UserId } from '@tradewind/kernel';
import { Message } from '@tradewind/messaging/contract';
import { IsId, IsInstant } from '../fields/index.js';
import { topics } from '../topics.js';

/**
 * The person is to be forgotten: every holder deletes its copy of personal data. The data key is destroyed as well. The last word of its key.
 */
@Message({ type: 'user.forgotten', topic: topics.userEvents, key: 'userId' })
export class UserForgotten {
  @IsId() readonly userId!: UserId;
  @IsInstant() readonly forgottenAt!: string;
}
