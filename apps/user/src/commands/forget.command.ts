import { DataKeyDestroyed, UserForgotten } from '@tradewind/contracts';
import type { UserId } from '@tradewind/kernel';
import { command, keys, matching, nothing, remove, save, say } from '@tradewind/messaging';
import { forget } from '../domain/account.js';
import { end } from '../domain/session.js';
import { Accounts, Credentials, PersonalKeys, Sessions } from '../storage/tables.js';

interface Forgetting {
  readonly userId: UserId;
}

/** Whatever was sealed with the person's key is unreadable from the commit on; every other holder hears of it. Twice is once. */
export const forgetPerson = command(
  'user.forget',
  {
    sessions: matching(Sessions, 'userId', ({ userId }: Forgetting) => [userId]),
    account: keys(Accounts, ({ userId }: Forgetting) => [userId]),
    credential: keys(Credentials, ({ userId }: Forgetting) => [userId]),
    personalKey: keys(PersonalKeys, ({ userId }: Forgetting) => [userId]),
  },
  ({ userId }: Forgetting, { account, sessions, now }) => {
    const found = account.get(userId);
    if (found?.status !== 'active') return nothing();
    return save(Accounts, forget(found, now))
      .and(save(Sessions, ...sessions.all().map((session) => end(session, 'forgotten', now))))
      .and(remove(Credentials, userId))
      .and(remove(PersonalKeys, userId))
      .and(say(DataKeyDestroyed, { userId }))
      .and(say(UserForgotten, { userId, forgottenAt: now.toISOString() }));
  },
);
