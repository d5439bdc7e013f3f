import type { UserForgotten } from '@tradewind/contracts';
import { nothing, rows, save, type Decision, type Rows } from '@tradewind/messaging';
import { DataKeys, type DataKey } from './data-keys.table.js';

/** Loads the service's copy of the person's data key, for `destroyKey`. */
export const keyOfForgotten = rows(DataKeys, ({ userId }: UserForgotten) => [userId]);

/**
 * Destroys the service's copy of a forgotten person's data key. Every service that seals calls it where it handles `user.forgotten`, which is
 * kept forever: the tombstone on `user.data-keys` is not, and a service that was away for long misses it.
 */
export const destroyKey = ({ userId }: UserForgotten, keys: Rows<DataKey>, now: Date): Decision =>
  keys.get(userId)?.destroyedAt ? nothing() : save(DataKeys, { userId, destroyedAt: now });
