import { Message } from '@tradewind/messaging/message';
import { IsId, IsInstant } from '../fields/index.js';
import { topics } from '../topics.js';
import type { UserId } from '../ids.js';

/**
 * The user is forgotten: every service deletes its copy of personal data, and the data key is destroyed. The last event of its key.
 */
@Message({ type: 'user.forgotten', topic: topics.userEvents, key: 'userId' })
export class UserForgotten {
  @IsId() readonly userId!: UserId;
  @IsInstant() readonly forgottenAt!: string;
}
