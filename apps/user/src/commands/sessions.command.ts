import { refusal, type Refusal, type UserId } from '@tradewind/kernel';
import { answer, command, insert, keys, nothing, save, type Decision } from '@tradewind/messaging';
import { accountForgotten, type Role } from '../domain/account.js';
import { end, issue, openSession, refresh, type RefreshToken } from '../domain/session.js';
import { Accounts, RefreshTokens, Sessions } from '../storage/tables.js';

export interface Opening {
  readonly userId: UserId;
  readonly tokenHash: string;
  /** Milliseconds. */
  readonly lifetime: number;
}

/** A log-in whose password was right. The account is locked, so it can't be forgotten in between. */
export const logIn = command(
  'session.open',
  { account: keys(Accounts, ({ userId }: Opening) => [userId]) },
  ({ userId, tokenHash, lifetime }: Opening, { account, id, now }) => {
    const found = account.get(userId);
    if (found?.status !== 'active') return accountForgotten;
    const session = openSession(id(), userId, now, lifetime);
    return insert(Sessions, session)
      .and(insert(RefreshTokens, issue(session.sessionId, tokenHash, now)))
      .and(answer({ userId, role: found.role }));
  },
);

const sessionsOf = (_: unknown, { token }: { token: { all(): readonly RefreshToken[] } }): string[] =>
  token.all().map(({ sessionId }) => sessionId);

export interface Rotation {
  readonly tokenHash: string;
  readonly nextHash: string;
}

export const sessionOver = refusal('session-over');
export type Refreshed =
  { readonly refreshed: true; readonly userId: UserId; readonly role: Role } | { readonly refreshed: false };

/** Of many calls with one token exactly one wins, and the second ends the session: the end is kept, so it is no refusal. */
export const rotate = command(
  'session.refresh',
  {
    token: keys(RefreshTokens, ({ tokenHash }: Rotation) => [tokenHash]),
    session: keys(Sessions, sessionsOf),
    account: keys(Accounts, (_: Rotation, { session }: { session: { all(): readonly { userId: UserId }[] } }) =>
      session.all().map(({ userId }) => userId),
    ),
  },
  ({ tokenHash, nextHash }: Rotation, { token, session, account, now }): Decision<Refreshed> | Refusal => {
    const presented = token.get(tokenHash);
    const [family] = session.all();
    const [owner] = account.all();
    if (!presented || !family || owner?.status !== 'active') return sessionOver;
    const done = refresh(family, presented, nextHash, now);
    switch (done.outcome) {
      case 'rotated':
        return save(RefreshTokens, done.used)
          .and(insert(RefreshTokens, done.next))
          .and(answer<Refreshed>({ refreshed: true, userId: owner.userId, role: owner.role }));
      case 'reused':
        return save(Sessions, done.ended).and(answer<Refreshed>({ refreshed: false }));
      case 'over':
        return sessionOver;
    }
  },
);

/** Ends the session of a token, current or used. A token that nobody knows has none. */
export const logOut = command(
  'session.close',
  {
    token: keys(RefreshTokens, ({ tokenHash }: { readonly tokenHash: string }) => [tokenHash]),
    session: keys(Sessions, sessionsOf),
  },
  (_, { session, now }) => {
    const [family] = session.all();
    return family ? save(Sessions, end(family, 'logout', now)) : nothing();
  },
);
