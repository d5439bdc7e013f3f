import { DataKeyAnnounced, type UserId } from '@tradewind/contracts';
import { command, nothing, publish, rows, rowsWhere, save, type HandlerContext } from '@tradewind/messaging';
import { Accounts, KeyRings, PersonalKeys, RingKeys } from '../storage/tables.js';

/** A data key, wrapped with the current secret, and the lookup value of its owner's address under it. */
export interface RewrappedKey {
  readonly userId: UserId;
  /** As it was read. */
  readonly before: string;
  readonly wrappedKey: string;
  readonly emailIndex: string;
}

const load = {
  account: rows(Accounts, ({ userId }: RewrappedKey) => [userId]),
  key: rows(PersonalKeys, ({ userId }: RewrappedKey) => [userId]),
};

/** Replaces a wrapped data key and announces it. Does nothing if the key was replaced or destroyed meanwhile. */
export const rewrapDataKey = command(
  'user.rewrap-data-key',
  load,
  ({ userId, before, wrappedKey, emailIndex }: RewrappedKey, { account, key }: HandlerContext<typeof load>) => {
    const [owner, found] = [account.get(userId), key.get(userId)];
    if (!owner || owner.status === 'forgotten' || found?.wrappedKey !== before) return nothing();
    return save(Accounts, { ...owner, emailIndex })
      .and(save(PersonalKeys, { ...found, wrappedKey }))
      .and(publish(DataKeyAnnounced, { userId, wrappedKey, createdAt: found.createdAt.toISOString() }));
  },
);

/** Private signing keys, wrapped with the current secret, by key id. */
export type RewrappedSigningKeys = ReadonlyMap<string, { readonly before: string; readonly privateKey: string }>;

const ring = {
  ring: rows(KeyRings, (_: RewrappedSigningKeys) => ['access']),
  keys: rowsWhere(RingKeys, 'ring', (_: RewrappedSigningKeys) => ['access']),
};

/** Replaces the private keys that are still as they were read. */
export const rewrapSigningKeys = command(
  'keys.rewrap',
  ring,
  (rewrapped: RewrappedSigningKeys, { keys }: HandlerContext<typeof ring>) => {
    const changed = keys.all().flatMap((key) => {
      const next = rewrapped.get(key.kid);
      return next && key.status !== 'retired' && key.privateKey === next.before
        ? [{ ...key, privateKey: next.privateKey }]
        : [];
    });
    return changed.length > 0 ? save(RingKeys, ...changed) : nothing();
  },
);
