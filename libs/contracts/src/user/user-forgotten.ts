import type { UserId } from '@tradewind/kernel';
import { Message } from '@tradewind/messaging/contract';
import { IsISO8601 } from 'class-validator';
import { IsId } from '../fields/index.js';
import { topics } from '../topics.js';

/**
 * The person is to be forgotten: every holder deletes its copy of personal data. The data key is destroyed as well. The last word of its key.
 */
@Message({ type: 'user.forgotten', topic: topics.userEvents, key: 'userId' })
export class UserForgotten {
  @IsId() readonly userId!: UserId;
  @IsISO8601() readonly forgottenAt!: string;
}
