import { ProfileUpdated, StaffAccountChanged, UserForgotten, UserRegistered, type UserId } from '@tradewind/contracts';
import { isRejection } from '@tradewind/kernel';
import {
  changeProfile,
  forget,
  type Account,
  type ActiveAccount,
  type ForgottenAccount,
  type ProfileChange,
} from '../domain/account.js';
import { changeStaff } from '../domain/staff-account.js';

/**
 * Recovers the accounts from the messages of `user.events`. The messages of one user must be in order. Passwords, sessions and
 * keys are in no event: they come from a backup.
 * @param emailIndexOf the lookup value of a sealed address; called for accounts that are not forgotten
 */
export function accountsFromEvents(
  messages: Iterable<object>,
  emailIndexOf: (userId: UserId, sealed: string) => string,
): ReadonlyMap<UserId, Account> {
  const accounts = new Map<UserId, Account>();
  for (const message of messages) {
    const next = applied(message, (userId) => accounts.get(userId));
    if (next) accounts.set(next.userId, next);
  }
  for (const account of accounts.values()) {
    if (isKnown(account))
      accounts.set(account.userId, { ...account, emailIndex: emailIndexOf(account.userId, account.email) });
  }
  return accounts;
}

/** Whether the person was not forgotten. */
export const isKnown = (account: Account | undefined): account is Exclude<Account, ForgottenAccount> =>
  account !== undefined && account.status !== 'forgotten';

const indexPending = '';
/** No account has it: the events do not say who changed one, and no person changes the own one. */
const anotherPerson = '' as UserId;

function applied(message: object, accountOf: (userId: UserId) => Account | undefined): Account | undefined {
  if (message instanceof UserRegistered) {
    const { userId, role, email, name, registeredAt } = message;
    return {
      status: 'active',
      userId,
      role,
      email,
      emailIndex: indexPending,
      name,
      registeredAt: new Date(registeredAt),
    };
  }
  if (message instanceof ProfileUpdated) {
    const { userId, email, name, emailVerifiedAt } = message;
    return updated(accountOf(userId), {
      ...(email !== undefined && { email: { sealed: email, index: indexPending } }),
      ...(name !== undefined && { name }),
      ...(emailVerifiedAt !== undefined && { emailVerifiedAt: new Date(emailVerifiedAt) }),
    });
  }
  if (message instanceof StaffAccountChanged) {
    const { userId, role, disabled, changedAt } = message;
    const changed = changeStaff(accountOf(userId), { role, disabled }, anotherPerson, new Date(changedAt));
    if (isRejection(changed))
      throw new RangeError('StaffAccountChanged does not follow from the earlier events of its user');
    return changed;
  }
  if (message instanceof UserForgotten) {
    const known = accountOf(message.userId);
    if (!known) throw new RangeError('UserForgotten does not follow from the earlier events of its user');
    return forget(known, new Date(message.forgottenAt));
  }
  return undefined;
}

function updated(account: Account | undefined, change: ProfileChange): ActiveAccount {
  const next = account && changeProfile(account, change, []);
  if (!next || isRejection(next))
    throw new RangeError('ProfileUpdated does not follow from the earlier events of its user');
  return next;
}
