import { DataKeyAnnounced, DataKeyDestroyed, SigningKeyAnnounced, SigningKeyRetired } from '@tradewind/contracts';
import type { UserId } from '@tradewind/kernel';
import { said, type Kept, type Recovery, type Said, type Told } from '@tradewind/messaging';
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
    const accounts = rebuildAccounts(
      all.map(({ message }) => message),
      emailIndexOf,
    );
    const active = [...keys.values()].filter(({ userId }) => accounts.get(userId)?.status === 'active');
    return [
      [Accounts, accounts.values()],
      [PersonalKeys, active],
    ];
  },
  backup: ['credentials', 'data_keys', 'sessions', 'refresh_tokens', 'key_rings', 'signing_keys'],
  compacted: { tables: ['data_keys', 'accounts', 'signing_keys'], words: keyWords },
});

/** Every key that stands, and the end of every other that some copy of a topic may still show. */
function* keyWords(rows: Kept): Generator<Said> {
  for (const { user_id: userId, wrapped_key: wrappedKey, created_at } of rowsOf<DataKeyRow>(rows, 'data_keys'))
    yield said(DataKeyAnnounced, { userId, wrappedKey, createdAt: instant(created_at) });
  for (const { user_id: userId, status } of rowsOf<AccountRow>(rows, 'accounts'))
    if (status === 'forgotten') yield said(DataKeyDestroyed, { userId });
  for (const { kid, status, public_key, announced_at, signs_from } of rowsOf<SigningKeyRow>(rows, 'signing_keys')) {
    if (status === 'retired') yield said(SigningKeyRetired, { kid });
    else
      yield said(SigningKeyAnnounced, {
        kid,
        publicKey: public_key,
        announcedAt: instant(announced_at),
        signsFrom: instant(signs_from),
      });
  }
}

interface DataKeyRow {
  readonly user_id: UserId;
  readonly wrapped_key: string;
  readonly created_at: string;
}
interface AccountRow {
  readonly user_id: UserId;
  readonly status: string;
}
interface SigningKeyRow {
  readonly kid: string;
  readonly status: string;
  readonly public_key: string;
  readonly announced_at: string;
  readonly signs_from: string;
}

const rowsOf = <R>(rows: Kept, table: string): readonly R[] => (rows.get(table) ?? []) as readonly R[];
const instant = (asWritten: string): string => new Date(asWritten).toISOString();

function keysOf(told: readonly Told[], kept: Kept): ReadonlyMap<UserId, PersonalKey> {
  const keys = new Map<UserId, PersonalKey>();
  for (const { user_id, wrapped_key, created_at } of rowsOf<DataKeyRow>(kept, 'data_keys')) {
    keys.set(user_id, { userId: user_id, wrappedKey: wrapped_key, createdAt: new Date(created_at) });
  }
  for (const { message } of told) {
    if (message instanceof DataKeyAnnounced)
      keys.set(message.userId, { ...message, createdAt: new Date(message.createdAt) });
    if (message instanceof DataKeyDestroyed) keys.delete(message.userId);
  }
  return keys;
}
