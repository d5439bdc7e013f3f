import { Message } from '@tradewind/messaging/message';
import { IsBoolean, IsIn } from 'class-validator';
import { IsId, IsInstant } from '../fields/index.js';
import { staffRoles, type StaffRole, type UserId } from '../ids.js';
import { topics } from '../topics.js';

/**
 * The role of a member of staff was changed, or the account was disabled or enabled. Has both as they are now. Keyed by user; the sessions of the
 * person ended in the same transaction.
 */
@Message({ type: 'user.staff-account-changed', topic: topics.userEvents, key: 'userId' })
export class StaffAccountChanged {
  @IsId() readonly userId!: UserId;
  @IsIn(staffRoles) readonly role!: StaffRole;
  @IsBoolean() readonly disabled!: boolean;
  @IsInstant() readonly changedAt!: string;
}
