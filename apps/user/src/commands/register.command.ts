import { DataKeyAnnounced, UserRegistered, type Role, type UserId } from '@tradewind/contracts';
import { answer, command, insert, nothing, rows, rowsWhere, save, publish } from '@tradewind/messaging';
import { recordedAction, type ActingStaff } from '@tradewind/service';
import { emailTaken } from '../domain/account.js';
import { sendMail } from './send-mail.js';
import { Accounts, Credentials, MailedTokens, PersonalKeys } from '../storage/tables.js';
import type { MailedTokenRequest } from './emails.command.js';

export interface Registration {
  readonly userId: UserId;
  readonly role: Role;
  /** Sealed. */
  readonly email: string;
  readonly emailIndex: string;
  /** With the earlier secrets, during a rotation. */
  readonly earlierIndexes: readonly string[];
  /** Sealed. */
  readonly name: string;
  readonly wrappedKey: string;
  readonly passwordHash: string;
  /** Asks to confirm the address. */
  readonly verification: MailedTokenRequest;
  /** Who creates the account of another person, of staff. */
  readonly acting?: ActingStaff;
}

/** Saves the account, its password and its data key, and publishes both events, in one transaction. */
export const register = command(
  'user.register',
  {
    account: rows(Accounts, ({ userId }: Registration) => [userId]),
    holders: rowsWhere(Accounts, 'emailIndex', ({ emailIndex, earlierIndexes }: Registration) => [
      emailIndex,
      ...earlierIndexes,
    ]),
  },
  (
    { userId, role, email, emailIndex, name, wrappedKey, passwordHash, verification, acting }: Registration,
    { holders, now, newId },
  ) => {
    if (holders.all().length > 0) return emailTaken;
    const { tokenHash, mail } = verification;
    return save(Accounts, { status: 'active', userId, role, email, emailIndex, name, registeredAt: now })
      .and(insert(Credentials, { userId, passwordHash }))
      .and(insert(PersonalKeys, { userId, wrappedKey, createdAt: now }))
      .and(publish(DataKeyAnnounced, { userId, wrappedKey, createdAt: now.toISOString() }))
      .and(publish(UserRegistered, { userId, email, name, role, registeredAt: now.toISOString() }))
      .and(insert(MailedTokens, { userId, purpose: 'verify-email' as const, tokenHash, issuedAt: now }))
      .and(sendMail(mail))
      .and(
        acting ? recordedAction(acting, { action: 'staff.add', subject: userId, after: { role } }, newId()) : nothing(),
      )
      .and(answer({ userId }));
  },
);
