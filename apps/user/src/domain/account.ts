import type { Role, UserId } from '@tradewind/contracts/ids';
import { rejection } from '@tradewind/kernel';

/** A person with an account. E-mail and name are sealed with the person's own data key. */
interface Person {
  readonly userId: UserId;
  readonly role: Role;
  readonly email: string;
  /** The lookup value of the e-mail address; unique. */
  readonly emailIndex: string;
  readonly name: string;
  readonly registeredAt: Date;
  /** Since when it is known that the person reads the mailbox of the address. */
  readonly emailVerifiedAt?: Date;
}

export interface ActiveAccount extends Person {
  readonly status: 'active';
}

/** Of a member of staff who may not log in, until an admin enables it again. */
export interface DisabledAccount extends Person {
  readonly status: 'disabled';
  readonly disabledAt: Date;
}

/** What is kept of a person who was forgotten. */
export interface ForgottenAccount {
  readonly status: 'forgotten';
  readonly userId: UserId;
  readonly forgottenAt: Date;
}

export type Account = ActiveAccount | DisabledAccount | ForgottenAccount;

export interface ProfileChange {
  readonly email?: { readonly sealed: string; readonly index: string };
  readonly emailVerifiedAt?: Date;
  readonly name?: string;
}

export const emailTaken = rejection('email-taken');
export const emailVerified = rejection('email-verified');
export const accountForgotten = rejection('account-forgotten');

/** Changes only the given fields; a new address is not verified, unless it says so. `holders` are the accounts that have the new address: it must not be another account's. */
export function changeProfile(
  account: Account,
  change: ProfileChange,
  holders: readonly Account[],
): ActiveAccount | typeof emailTaken | typeof accountForgotten {
  if (account.status !== 'active') return accountForgotten;
  if (holders.some((holder) => holder.userId !== account.userId)) return emailTaken;
  const { emailVerifiedAt: former, ...others } = account;
  const emailVerifiedAt = change.emailVerifiedAt ?? (change.email ? undefined : former);
  return {
    ...others,
    ...(change.email && { email: change.email.sealed, emailIndex: change.email.index }),
    ...(emailVerifiedAt && { emailVerifiedAt }),
    ...(change.name !== undefined && { name: change.name }),
  };
}

/** Forgetting twice changes nothing. */
export const forget = (account: Account, now: Date): ForgottenAccount =>
  account.status === 'forgotten' ? account : { status: 'forgotten', userId: account.userId, forgottenAt: now };
