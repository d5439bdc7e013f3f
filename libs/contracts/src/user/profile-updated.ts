import type { UserId } from '@tradewind/kernel';
import { Message } from '@tradewind/messaging/contract';
import { IsISO8601, IsOptional } from 'class-validator';
import { IsId, IsSealed, type Sealed } from '../fields/index.js';
import { topics } from '../topics.js';

/**
 * A person has changed name or e-mail; only what changed is named. Keyed by user.
 */
@Message({ type: 'user.profile-updated', topic: topics.userEvents, key: 'userId' })
export class ProfileUpdated {
  @IsId() readonly userId!: UserId;
  @IsOptional() @IsSealed() readonly email?: Sealed;
  @IsOptional() @IsSealed() readonly name?: Sealed;
  @IsISO8601() readonly updatedAt!: string;
}
