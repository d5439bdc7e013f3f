import { StaffAccountChanged, type UserId } from '@tradewind/contracts';
import { isRejection } from '@tradewind/kernel';
import { answer, command, publish, rows, rowsWhere, save, type Decision } from '@tradewind/messaging';
import { changeStaff, type ownAccount, type StaffChange, type unknownStaff } from '../domain/staff-account.js';
import { Accounts, Sessions } from '../storage/tables.js';
import { endSession } from './end-session.js';

export interface ChangeStaffInput {
  readonly userId: UserId;
  readonly change: StaffChange;
  readonly changedBy: UserId;
}

/** Every session of the person ends, and with it every token that has the old role. A repeated change ends nothing. */
export const changeStaffAccount = command(
  'staff.change-account',
  {
    account: rows(Accounts, ({ userId }: ChangeStaffInput) => [userId]),
    sessions: rowsWhere(Sessions, 'userId', ({ userId }: ChangeStaffInput) => [userId]),
  },
  (
    { userId, change, changedBy }: ChangeStaffInput,
    { account, sessions, now },
  ): Decision<{ userId: UserId }> | typeof unknownStaff | typeof ownAccount => {
    const found = account.get(userId);
    const changed = changeStaff(found, change, changedBy, now);
    if (isRejection(changed)) return changed;
    if (changed === found) return answer({ userId });
    const { role, status } = changed;
    const disabled = status === 'disabled';
    return sessions
      .all()
      .map((session) => endSession(session, disabled ? 'disabled' : 'role-changed', now))
      .reduce<Decision>((all, one) => all.and(one), save(Accounts, changed))
      .and(publish(StaffAccountChanged, { userId, role, disabled, changedAt: now.toISOString() }))
      .and(answer({ userId }));
  },
);
