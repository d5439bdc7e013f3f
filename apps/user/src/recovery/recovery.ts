import {
  DataKeyAnnounced,
  DataKeyDestroyed,
  SessionRevocationEnded,
  SessionRevoked,
  SigningKeyAnnounced,
  SigningKeyRetired,
  UserForgotten,
  type UserId,
} from '@tradewind/contracts';
import { message, type OutgoingMessage } from '@tradewind/messaging';
import type { BackupRows, Recovery, Published } from '@tradewind/operations';
import { blindIndexWith, dataKeySecrets, unsealWith, unwrap, type SealingConfig } from '@tradewind/service';
import type { PersonalField } from '../accounts/personal-seal.js';
import { normaliseEmail } from '../accounts/email.js';
import { accountsFromEvents, isKnown } from './accounts-from-events.js';
import {
  Accounts,
  Credentials,
  PersonalKeys,
  Revocations,
  type PersonalKey,
  type Revocation,
} from '../storage/tables.js';

/**
 * Accounts come from their events. Credentials, sessions and signing keys are in no event and come from a backup. Data keys come
 * from the backup and, if they are newer, from `user.data-keys`, which contains them wrapped. Tokens of e-mails come from nowhere: a backup
 * would make used ones valid again. People ask for new ones.
 */
export const recovery = ({ DATA_KEY_SECRET }: Pick<SealingConfig, 'DATA_KEY_SECRET'>): Recovery => ({
  rows: (published, backup) => {
    const all = [...published];
    const secrets = dataKeySecrets(DATA_KEY_SECRET);
    const keys = keysOf(all, backup);
    const emailIndexOf = (userId: UserId, sealed: string): string => {
      const key = keys.get(userId);
      if (!key) throw new RangeError(`the data key of ${userId} is neither in the backup nor on user.data-keys`);
      const place = { field: 'user.email' satisfies PersonalField, record: userId };
      const email = unsealWith(unwrap(secrets, userId, key.wrappedKey), place, sealed);
      return blindIndexWith(secrets, normaliseEmail(email));
    };
    const accounts = accountsFromEvents(
      all.map(({ message }) => message),
      emailIndexOf,
    );
    const known = [...keys.values()].filter(({ userId }) => isKnown(accounts.get(userId)));
    return [
      [Accounts, accounts.values()],
      [PersonalKeys, known],
      [Revocations, revocationsOf(all)],
    ];
  },
  backup: [
    'credentials',
    'data_keys',
    'repeated_tombstones',
    'sessions',
    'refresh_tokens',
    'key_rings',
    'signing_keys',
  ],
  // The account of a forgotten person exists, so the row of an older backup would fit it.
  obsolete: (published) => {
    const forgotten = new Set<unknown>();
    for (const { message } of published) if (message instanceof UserForgotten) forgotten.add(message.userId);
    return (table, { user_id }) => personalTables.has(table) && forgotten.has(user_id);
  },
  compacted: { tables: ['data_keys', 'accounts', 'signing_keys', 'revocations'], messages: keyMessages },
});

/** Announces every current key, and ends every other key that a copy of a topic may still contain. */
function* keyMessages(rows: BackupRows): Generator<OutgoingMessage> {
  for (const { user_id: userId, wrapped_key: wrappedKey, created_at } of rowsOf<DataKeyRow>(rows, 'data_keys'))
    yield message(DataKeyAnnounced, { userId, wrappedKey, createdAt: instant(created_at) });
  for (const { user_id: userId, status } of rowsOf<AccountRow>(rows, 'accounts'))
    if (status === 'forgotten') yield message(DataKeyDestroyed, { userId });
  for (const { session_id, user_id, revoked_at } of rowsOf<RevocationRow>(rows, 'revocations'))
    yield message(SessionRevoked, { sessionId: session_id, userId: user_id, revokedAt: instant(revoked_at) });
  for (const key of rowsOf<SigningKeyRow>(rows, 'signing_keys')) {
    const { kid } = key;
    if (key.status === 'retired') yield message(SigningKeyRetired, { kid, signature: key.retirement });
    else
      yield message(SigningKeyAnnounced, {
        kid,
        publicKey: key.public_key,
        notBefore: instant(key.announced_at),
        notAfter: instant(key.expires_at),
        signature: key.announcement,
      });
  }
}

/** They are emptied when a person is forgotten. */
const personalTables: ReadonlySet<string> = new Set([Credentials.name, PersonalKeys.name]);

interface RevocationRow {
  readonly session_id: string;
  readonly user_id: UserId;
  readonly revoked_at: string;
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
  readonly announcement: string;
  readonly retirement: string;
  readonly announced_at: string;
  readonly expires_at: string;
}

const rowsOf = <R>(rows: BackupRows, table: string): readonly R[] => (rows.get(table) ?? []) as readonly R[];
const instant = (timestamp: string): string => new Date(timestamp).toISOString();

function keysOf(published: readonly Published[], backup: BackupRows): ReadonlyMap<UserId, PersonalKey> {
  const keys = new Map<UserId, PersonalKey>();
  for (const { user_id, wrapped_key, created_at } of rowsOf<DataKeyRow>(backup, 'data_keys')) {
    keys.set(user_id, { userId: user_id, wrappedKey: wrapped_key, createdAt: new Date(created_at) });
  }
  for (const { message } of published) {
    if (message instanceof DataKeyAnnounced)
      keys.set(message.userId, { ...message, createdAt: new Date(message.createdAt) });
    if (message instanceof DataKeyDestroyed) keys.delete(message.userId);
  }
  return keys;
}

/** The revocations that no tombstone has ended. */
function revocationsOf(published: readonly Published[]): Iterable<Revocation> {
  const revocations = new Map<string, Revocation>();
  for (const { message } of published) {
    if (message instanceof SessionRevoked)
      revocations.set(message.sessionId, { ...message, revokedAt: new Date(message.revokedAt) });
    if (message instanceof SessionRevocationEnded) revocations.delete(message.sessionId);
  }
  return revocations.values();
}
