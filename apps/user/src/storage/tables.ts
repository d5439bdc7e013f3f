import type { UserId } from '@tradewind/contracts';
import { table } from '@tradewind/messaging';
import type { Account } from '../domain/account.js';
import type { MailedToken } from '../domain/mailed-token.js';
import type { Credential } from '../domain/password.js';
import type { RefreshToken, Session } from '../domain/session.js';
import type { SigningKey } from '../domain/signing-key.js';

export const Accounts = table<Account>('accounts', 'userId', {
  userId: 'uuid',
  status: 'text',
  role: 'text',
  email: 'text',
  emailIndex: 'text',
  name: 'text',
  registeredAt: 'timestamptz',
  emailVerifiedAt: 'timestamptz',
  disabledAt: 'timestamptz',
  forgottenAt: 'timestamptz',
});

export const Credentials = table<Credential>('credentials', 'userId', { userId: 'uuid', passwordHash: 'text' });

/** A person's data key, wrapped by the deployment's secret. Deleted when the person is forgotten. */
export interface PersonalKey {
  readonly userId: UserId;
  readonly wrappedKey: string;
  readonly createdAt: Date;
}
export const PersonalKeys = table<PersonalKey>('data_keys', 'userId', {
  userId: 'uuid',
  wrappedKey: 'text',
  createdAt: 'timestamptz',
});

export const MailedTokens = table<MailedToken>('mailed_tokens', ['userId', 'purpose'], {
  userId: 'uuid',
  purpose: 'text',
  tokenHash: 'text',
  issuedAt: 'timestamptz',
  email: 'text',
});

/** The tombstone of a forgotten person's data key was published a second time. */
export interface RepeatedTombstone {
  readonly userId: UserId;
  readonly repeatedAt: Date;
}
export const RepeatedTombstones = table<RepeatedTombstone>('repeated_tombstones', 'userId', {
  userId: 'uuid',
  repeatedAt: 'timestamptz',
});

export const Sessions = table<Session>('sessions', 'sessionId', {
  sessionId: 'uuid',
  userId: 'uuid',
  status: 'text',
  openedAt: 'timestamptz',
  expiresAt: 'timestamptz',
  endedAt: 'timestamptz',
  endedBy: 'text',
});

/** A session that ended while an access token of it may be valid. Deleted, with a tombstone on the topic, when none is. */
export interface Revocation {
  readonly sessionId: string;
  readonly userId: UserId;
  readonly revokedAt: Date;
}
export const Revocations = table<Revocation>('revocations', 'sessionId', {
  sessionId: 'uuid',
  userId: 'uuid',
  revokedAt: 'timestamptz',
});

export const RefreshTokens = table<RefreshToken>('refresh_tokens', 'tokenHash', {
  tokenHash: 'text',
  sessionId: 'uuid',
  status: 'text',
  issuedAt: 'timestamptz',
  usedAt: 'timestamptz',
  usedBy: 'text',
  successor: 'text',
});

/** One row whose lock decides which instance rotates the keys. */
export interface KeyRing {
  readonly ring: 'access';
  readonly changedAt: Date;
}
export const KeyRings = table<KeyRing>('key_rings', 'ring', { ring: 'text', changedAt: 'timestamptz' });

export type RingKey = SigningKey & { readonly ring: KeyRing['ring'] };
export const RingKeys = table<RingKey>('signing_keys', 'kid', {
  kid: 'text',
  ring: 'text',
  status: 'text',
  publicKey: 'text',
  privateKey: 'text',
  announcement: 'text',
  retirement: 'text',
  announcedAt: 'timestamptz',
  expiresAt: 'timestamptz',
  signsFrom: 'timestamptz',
  acknowledgedAt: 'timestamptz',
  retiredAt: 'timestamptz',
});

/**
 * Rows are loaded, and locked, in this order. A log-in locks the account and its password before it opens a session, so a command that locks one
 * of them first sees every session that was opened before.
 */
export const lockOrder = [
  Accounts,
  Credentials,
  RefreshTokens,
  Sessions,
  Revocations,
  PersonalKeys,
  MailedTokens,
  RepeatedTombstones,
  KeyRings,
  RingKeys,
];
