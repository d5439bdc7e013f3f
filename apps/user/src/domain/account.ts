import { refusal, type UserId } from '@tradewind/kernel';

export type Role = 'customer' | 'admin';

/** A person with an account. E-mail and name are sealed with the person's own data key. */
export interface ActiveAccount {
  readonly status: 'active';
  readonly userId: UserId;
  readonly role: Role;
  readonly email: string;
  /** Finds the account by its address without keeping the address; no two accounts have the same. */
  readonly emailIndex: string;
  readonly name: string;
  readonly registeredAt: Date;
}

/** What is left of a person who wanted to be forgotten. */
export interface ForgottenAccount {
  readonly status: 'forgotten';
  readonly userId: UserId;
  readonly forgottenAt: Date;
}

export type Account = ActiveAccount | ForgottenAccount;

export interface ProfileChange {
  readonly email?: { readonly sealed: string; readonly index: string };
  readonly name?: string;
}

export const emailTaken = refusal('email-taken');
export const accountForgotten = refusal('account-forgotten');

/** Only what is named changes. The address must not be another account's. */
export function changeProfile(
  account: Account,
  change: ProfileChange,
  holders: readonly Account[],
): ActiveAccount | typeof emailTaken | typeof accountForgotten {
  if (account.status === 'forgotten') return accountForgotten;
  if (holders.some((holder) => holder.userId !== account.userId)) return emailTaken;
  return {
    ...account,
    ...(change.email && { email: change.email.sealed, emailIndex: change.email.index }),
    ...(change.name !== undefined && { name: change.name }),
  };
}

/** Forgetting twice changes nothing. */
export const forget = (account: Account, now: Date): ForgottenAccount =>
  account.status === 'forgotten' ? account : { status: 'forgotten', userId: account.userId, forgottenAt: now };
