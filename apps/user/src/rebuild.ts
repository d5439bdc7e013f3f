import { ProfileUpdated, UserForgotten, UserRegistered } from '@tradewind/contracts';
import type { UserId } from '@tradewind/kernel';
import { changeProfile, forget, type Account, type ActiveAccount } from './domain/account.js';

/**
 * Every account from the messages of `user.events` alone: what a lost database is brought back from. Messages of one user
 * come in their order. Passwords, sessions and keys are in no event: they come from a backup.
 * @param emailIndexOf opens a sealed address and makes its look-up value; asked for people who are not forgotten
 */
export function rebuildAccounts(
  messages: Iterable<object>,
  emailIndexOf: (userId: UserId, sealed: string) => string,
): ReadonlyMap<UserId, Account> {
  const accounts = new Map<UserId, Account>();
  for (const message of messages) {
    const next = after(message, (userId) => accounts.get(userId));
    if (next) accounts.set(next.userId, next);
  }
  for (const account of accounts.values()) {
    if (account.status === 'active')
      accounts.set(account.userId, { ...account, emailIndex: emailIndexOf(account.userId, account.email) });
  }
  return accounts;
}

const notOpened = '';

function after(message: object, accountOf: (userId: UserId) => Account | undefined): Account | undefined {
  if (message instanceof UserRegistered) {
    const { userId, role, email, name, registeredAt } = message;
    return { status: 'active', userId, role, email, emailIndex: notOpened, name, registeredAt: new Date(registeredAt) };
  }
  if (message instanceof ProfileUpdated) {
    const { userId, email, name } = message;
    return changed(accountOf(userId), {
      ...(email !== undefined && { email: { sealed: email, index: notOpened } }),
      ...(name !== undefined && { name }),
    });
  }
  if (message instanceof UserForgotten) {
    const known = accountOf(message.userId);
    if (!known) throw new RangeError('UserForgotten does not follow from what was said of its user before');
    return forget(known, new Date(message.forgottenAt));
  }
  return undefined;
}

function changed(account: Account | undefined, change: Parameters<typeof changeProfile>[1]): ActiveAccount {
  const next = account && changeProfile(account, change, []);
  if (!next || 'refused' in next)
    throw new RangeError('ProfileUpdated does not follow from what was said of its user before');
  return next;
}
