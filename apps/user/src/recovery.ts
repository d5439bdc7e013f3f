import { DataKeyAnnounced, DataKeyDestroyed } from '@tradewind/contracts';
import type { UserId } from '@tradewind/kernel';
import type { Kept, Recovery, Told } from '@tradewind/messaging';
import { blindIndexWith, dataKeySecret, unsealWith, unwrap, type SealingConfig } from '@tradewind/service';
import { normaliseEmail } from './domain/email.js';
import { rebuildAccounts } from './rebuild.js';
import { Accounts, PersonalKeys, type PersonalKey } from './storage/tables.js';

/**
 * Accounts from what was said of them. How people prove themselves, and what signs for them, is in no event and comes from a
 * backup; data keys come from there as well, and those that are younger from `user.data-keys`, where they lie wrapped.
 */
export const recovery = ({ DATA_KEY_SECRET }: Pick<SealingConfig, 'DATA_KEY_SECRET'>): Recovery => ({
  rows: (told, kept) => {
    const all = [...told];
    const secret = dataKeySecret(DATA_KEY_SECRET);
    const keys = keysOf(all, kept);
    const emailIndexOf = (userId: UserId, sealed: string): string => {
      const key = keys.get(userId);
      if (!key) throw new RangeError(`the data key of ${userId} is neither in the backup nor on user.data-keys`);
      return blindIndexWith(secret, normaliseEmail(unsealWith(unwrap(secret, userId, key.wrappedKey), sealed)));
    };
    const accounts = rebuildAccounts(all.map(({ message }) => message), emailIndexOf);
    const active = [...keys.values()].filter(({ userId }) => accounts.get(userId)?.status === 'active');
    return [[Accounts, accounts.values()], [PersonalKeys, active]];
  },
  backup: ['credentials', 'data_keys', 'sessions', 'refresh_tokens', 'key_rings', 'signing_keys'],
});

function keysOf(told: readonly Told[], kept: Kept): ReadonlyMap<UserId, PersonalKey> {
  const keys = new Map<UserId, PersonalKey>();
  for (const { user_id, wrapped_key, created_at } of (kept.get('data_keys') ?? []) as readonly { user_id: UserId; wrapped_key: string; created_at: string }[]) {
    keys.set(user_id, { userId: user_id, wrappedKey: wrapped_key, createdAt: new Date(created_at) });
  }
  for (const { message } of told) {
    if (message instanceof DataKeyAnnounced) keys.set(message.userId, { ...message, createdAt: new Date(message.createdAt) });
    if (message instanceof DataKeyDestroyed) keys.delete(message.userId);
  }
  return keys;
}
