import { Message } from '@tradewind/messaging/message';
import { IsOptional } from 'class-validator';
import { IsId, IsInstant, IsSealed, type Sealed } from '../fields/index.js';
import { topics } from '../topics.js';
import type { UserId } from '../ids.js';

/**
 * A user changed name or e-mail, or showed that the address is theirs; only changed fields are present. Keyed by user.
 */
@Message({ type: 'user.profile-updated', topic: topics.userEvents, key: 'userId' })
export class ProfileUpdated {
  @IsId() readonly userId!: UserId;
  @IsOptional() @IsSealed() readonly email?: Sealed;
  @IsOptional() @IsSealed() readonly name?: Sealed;
  /** Since when it is known that the user reads the mailbox of the address. A new address is not verified without it. */
  @IsOptional() @IsInstant() readonly emailVerifiedAt?: string;
  @IsInstant() readonly updatedAt!: string;
}
