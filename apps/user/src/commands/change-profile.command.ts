import { ProfileUpdated, type UserId } from '@tradewind/contracts';
import { isRejection } from '@tradewind/kernel';
import { answer, command, rows, rowsWhere, save, publish } from '@tradewind/messaging';
import { accountForgotten, changeProfile, type ProfileChange } from '../domain/account.js';
import { Accounts } from '../storage/tables.js';

export interface ChangeProfileInput {
  readonly userId: UserId;
  readonly change: ProfileChange;
  /** Of the new address with the earlier secrets, during a rotation. */
  readonly earlierIndexes: readonly string[];
}

export const changeOwnProfile = command(
  'user.change-profile',
  {
    account: rows(Accounts, ({ userId }: ChangeProfileInput) => [userId]),
    holders: rowsWhere(Accounts, 'emailIndex', ({ change, earlierIndexes }: ChangeProfileInput) =>
      change.email ? [change.email.index, ...earlierIndexes] : [],
    ),
  },
  ({ userId, change }: ChangeProfileInput, { account, holders, now }) => {
    const found = account.get(userId);
    const changed = found ? changeProfile(found, change, holders.all()) : accountForgotten;
    if (isRejection(changed)) return changed;
    const { email, name } = change;
    return save(Accounts, changed)
      .and(
        publish(ProfileUpdated, {
          userId,
          ...(email && { email: email.sealed }),
          ...(name !== undefined && { name }),
          updatedAt: now.toISOString(),
        }),
      )
      .and(answer({ userId, email: changed.email, name: changed.name }));
  },
);
