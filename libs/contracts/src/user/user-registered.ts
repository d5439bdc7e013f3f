import type { UserId } from '@tradewind/kernel';
import { Message } from '@tradewind/messaging/contract';
import { IsIn } from 'class-validator';
import { IsId, IsInstant, IsSealed, type Sealed } from '../fields/index.js';
import { topics } from '../topics.js';

/**
 * Somebody has an account. Said once by `user`; keyed by user. Its data key is announced on `user.data-keys`, perhaps later.
 */
@Message({ type: 'user.registered', topic: topics.userEvents, key: 'userId' })
export class UserRegistered {
  @IsId() readonly userId!: UserId;
  @IsSealed() readonly email!: Sealed;
  @IsSealed() readonly name!: Sealed;
  @IsIn(['customer', 'admin']) readonly role!: 'customer' | 'admin';
  @IsInstant() readonly registeredAt!: string;
}
