import { DataKeyDestroyed, UserForgotten, type UserId } from '@tradewind/contracts';
import { command, rows, rowsWhere, nothing, remove, save, publish, type Decision } from '@tradewind/messaging';
import { forget } from '../domain/account.js';
import { Accounts, Credentials, MailedTokens, PersonalKeys, Sessions } from '../storage/tables.js';
import { endSession } from './end-session.js';

interface ForgetInput {
  readonly userId: UserId;
}

/** From the commit on, all data sealed with the person's key is unreadable; the other services get the events. Repeating it changes nothing. */
export const forgetPerson = command(
  'user.forget',
  {
    account: rows(Accounts, ({ userId }: ForgetInput) => [userId]),
    credential: rows(Credentials, ({ userId }: ForgetInput) => [userId]),
    sessions: rowsWhere(Sessions, 'userId', ({ userId }: ForgetInput) => [userId]),
    personalKey: rows(PersonalKeys, ({ userId }: ForgetInput) => [userId]),
    tokens: rowsWhere(MailedTokens, 'userId', ({ userId }: ForgetInput) => [userId]),
  },
  ({ userId }: ForgetInput, { account, sessions, tokens, now }) => {
    const found = account.get(userId);
    if (!found || found.status === 'forgotten') return nothing();
    const ended = sessions.all().map((session) => endSession(session, 'forgotten', now));
    return ended
      .reduce<Decision>((all, one) => all.and(one), save(Accounts, forget(found, now)))
      .and(remove(Credentials, userId))
      .and(remove(PersonalKeys, userId))
      .and(remove(MailedTokens, ...tokens.all().map(({ purpose }) => [userId, purpose] as const)))
      .and(publish(DataKeyDestroyed, { userId }))
      .and(publish(UserForgotten, { userId, forgottenAt: now.toISOString() }));
  },
);
