import type { StaffRole, UserId } from '@tradewind/contracts/ids';
import { rejection } from '@tradewind/kernel';
import type { Account, ActiveAccount, DisabledAccount } from './account.js';

/** Only the given fields change. */
export interface StaffChange {
  readonly role?: StaffRole;
  readonly disabled?: boolean;
}

export type StaffAccount = (ActiveAccount | DisabledAccount) & { readonly role: StaffRole };

export const unknownStaff = rejection('unknown-staff');
export const ownAccount = rejection('own-account');

export const isStaff = (account: Account | undefined): account is StaffAccount =>
  account !== undefined && account.status !== 'forgotten' && account.role !== 'customer';

/**
 * Changes the role of a member of staff, or disables or enables the account. A customer never becomes staff. An admin cannot change the own account, so that
 * the last one does not shut the shop out by mistake. A change to what is already so returns the same account.
 */
export function changeStaff(
  account: Account | undefined,
  { role, disabled }: StaffChange,
  changedBy: UserId,
  now: Date,
): StaffAccount | typeof unknownStaff | typeof ownAccount {
  if (!isStaff(account)) return unknownStaff;
  if (account.userId === changedBy) return ownAccount;
  const next = role === undefined || role === account.role ? account : { ...account, role };
  if (disabled === undefined || disabled === (next.status === 'disabled')) return next;
  if (next.status === 'active') return { ...next, status: 'disabled', disabledAt: now };
  const { disabledAt: _, ...enabled } = next;
  return { ...enabled, status: 'active' };
}
