import { ProfileUpdated } from '@tradewind/contracts';
import { isRefusal, type UserId } from '@tradewind/kernel';
import { answer, command, keys, matching, save, say } from '@tradewind/messaging';
import { accountForgotten, changeProfile, type ProfileChange } from '../domain/account.js';
import { Accounts } from '../storage/tables.js';

export interface ChangingProfile {
  readonly userId: UserId;
  readonly change: ProfileChange;
}

export const changeOwnProfile = command(
  'user.change-profile',
  {
    account: keys(Accounts, ({ userId }: ChangingProfile) => [userId]),
    holders: matching(Accounts, 'emailIndex', ({ change }: ChangingProfile) =>
      change.email ? [change.email.index] : [],
    ),
  },
  ({ userId, change }: ChangingProfile, { account, holders, now }) => {
    const found = account.get(userId);
    const changed = found ? changeProfile(found, change, holders.all()) : accountForgotten;
    if (isRefusal(changed)) return changed;
    const { email, name } = change;
    return save(Accounts, changed)
      .and(
        say(ProfileUpdated, {
          userId,
          ...(email && { email: email.sealed }),
          ...(name !== undefined && { name }),
          updatedAt: now.toISOString(),
        }),
      )
      .and(answer({ userId, email: changed.email, name: changed.name }));
  },
);
