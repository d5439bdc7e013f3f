import { DataKeyDestroyed, type UserId } from '@tradewind/contracts';
import { command, insert, nothing, publish, rows, type HandlerContext } from '@tradewind/messaging';
import { Accounts, RepeatedTombstones } from '../storage/tables.js';

interface Forgotten {
  readonly userId: UserId;
}

const load = {
  account: rows(Accounts, ({ userId }: Forgotten) => [userId]),
  repeated: rows(RepeatedTombstones, ({ userId }: Forgotten) => [userId]),
};

/** Publishes the tombstone of a forgotten person's data key once more. */
export const repeatTombstone = command(
  'user.repeat-tombstone',
  load,
  ({ userId }: Forgotten, { account, repeated, now }: HandlerContext<typeof load>) => {
    if (account.get(userId)?.status !== 'forgotten' || repeated.get(userId)) return nothing();
    return insert(RepeatedTombstones, { userId, repeatedAt: now }).and(publish(DataKeyDestroyed, { userId }));
  },
);
