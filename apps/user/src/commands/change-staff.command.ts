import { StaffAccountChanged, type UserId } from '@tradewind/contracts';
import { isRejection } from '@tradewind/kernel';
import { answer, command, publish, rows, rowsWhere, save, type Decision } from '@tradewind/messaging';
import { recordedAction, type ActingStaff } from '@tradewind/service';
import type { Account } from '../domain/account.js';
import { changeStaff, isStaff, type ownAccount, type StaffChange, type unknownStaff } from '../domain/staff-account.js';
import { Accounts, Sessions } from '../storage/tables.js';
import { endSession } from './end-session.js';

export interface ChangeStaffInput {
  readonly userId: UserId;
  readonly change: StaffChange;
  readonly acting: ActingStaff;
}

const stateOf = (account: Account | undefined): object =>
  isStaff(account) ? { role: account.role, disabled: account.status === 'disabled' } : {};

/** Every session of the person ends, and with it every token that has the old role. A repeated change ends nothing. */
export const changeStaffAccount = command(
  'staff.change-account',
  {
    account: rows(Accounts, ({ userId }: ChangeStaffInput) => [userId]),
    sessions: rowsWhere(Sessions, 'userId', ({ userId }: ChangeStaffInput) => [userId]),
  },
  (
    { userId, change, acting }: ChangeStaffInput,
    { account, sessions, now, newId },
  ): Decision<{ userId: UserId }> | typeof unknownStaff | typeof ownAccount => {
    const found = account.get(userId);
    const changed = changeStaff(found, change, acting.actor, now);
    if (isRejection(changed)) return changed;
    if (changed === found) return answer({ userId });
    const { role } = changed;
    const disabled = changed.status === 'disabled';
    const action = { action: 'staff.change', subject: userId, before: stateOf(found), after: stateOf(changed) };
    return sessions
      .all()
      .map((session) => endSession(session, disabled ? 'disabled' : 'role-changed', now))
      .reduce<Decision>((all, one) => all.and(one), save(Accounts, changed))
      .and(recordedAction(acting, action, newId()))
      .and(publish(StaffAccountChanged, { userId, role, disabled, changedAt: now.toISOString() }))
      .and(answer({ userId }));
  },
);
