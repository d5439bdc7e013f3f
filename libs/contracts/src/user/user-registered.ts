import { Message } from '@tradewind/messaging/message';
import { IsIn } from 'class-validator';
import { IsId, IsInstant, IsSealed, type Sealed } from '../fields/index.js';
import { topics } from '../topics.js';
import { roles, type Role, type UserId } from '../ids.js';

/**
 * A user has registered. Published once by `user`; keyed by user. The data key is announced on `user.data-keys`, possibly later.
 */
@Message({ type: 'user.registered', topic: topics.userEvents, key: 'userId' })
export class UserRegistered {
  @IsId() readonly userId!: UserId;
  @IsSealed() readonly email!: Sealed;
  @IsSealed() readonly name!: Sealed;
  @IsIn(roles) readonly role!: Role;
  @IsInstant() readonly registeredAt!: string;
}
