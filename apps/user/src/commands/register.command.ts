import { DataKeyAnnounced, UserRegistered } from '@tradewind/contracts';
import type { UserId } from '@tradewind/kernel';
import { answer, command, insert, keys, matching, save, say } from '@tradewind/messaging';
import { emailTaken, type Role } from '../domain/account.js';
import { Accounts, Credentials, PersonalKeys } from '../storage/tables.js';

export interface Registration {
  readonly userId: UserId;
  readonly role: Role;
  /** Sealed. */
  readonly email: string;
  readonly emailIndex: string;
  /** Sealed. */
  readonly name: string;
  readonly wrappedKey: string;
  readonly passwordHash: string;
}

/** The account, its password, its data key and both announcements, at once or not at all. */
export const register = command(
  'user.register',
  {
    account: keys(Accounts, ({ userId }: Registration) => [userId]),
    holders: matching(Accounts, 'emailIndex', ({ emailIndex }: Registration) => [emailIndex]),
  },
  ({ userId, role, email, emailIndex, name, wrappedKey, passwordHash }: Registration, { holders, now }) => {
    if (holders.all().length > 0) return emailTaken;
    return save(Accounts, { status: 'active', userId, role, email, emailIndex, name, registeredAt: now })
      .and(insert(Credentials, { userId, passwordHash }))
      .and(insert(PersonalKeys, { userId, wrappedKey, createdAt: now }))
      .and(say(DataKeyAnnounced, { userId, wrappedKey, createdAt: now.toISOString() }))
      .and(say(UserRegistered, { userId, email, name, role, registeredAt: now.toISOString() }))
      .and(answer({ userId }));
  },
);
