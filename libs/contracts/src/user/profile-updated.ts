import type { UserId } from '@tradewind/kernel';
import { Message } from '@tradewind/messaging/contract';
import { IsOptional } from 'class-validator';
import { IsId, IsInstant, IsSealed, type Sealed } from '../fields/index.js';
import { topics } from '../topics.js';

/**
 * A person has changed name or e-mail; only what changed is named. Keyed by user.
 */
@Message({ type: 'user.profile-updated', topic: topics.userEvents, key: 'userId' })
export class ProfileUpdated {
  @IsId() readonly userId!: UserId;
  @IsOptional() @IsSealed() readonly email?: Sealed;
  @IsOptional() @IsSealed() readonly name?: Sealed;
  @IsInstant() readonly updatedAt!: string;
}
