import { describe, expect, it } from '@jest/globals';
import {
  DataKeyAnnounced,
  DataKeyDestroyed,
  SessionRevoked,
  SigningKeyAnnounced,
  SigningKeyRetired,
  UserForgotten,
  userId,
} from '@tradewind/contracts';
import { makeMessage } from '@tradewind/messaging/message';
import { recovery } from './recovery.js';

const ann = userId('01990000-0000-7000-8000-000000000001');
const bob = userId('01990000-0000-7000-8000-000000000002');
const session = '01990000-0000-7000-8000-000000000003';
const asWritten = '2030-01-01T12:00:00.123+00:00';
const at = '2030-01-01T12:00:00.123Z';

describe('the compacted topics of keys, after Kafka was lost', () => {
  const { compacted } = recovery({ DATA_KEY_SECRET: 'a secret' });
  const republished = [
    ...(compacted?.messages ?? (() => []))(
      new Map<string, readonly Readonly<Record<string, unknown>>[]>([
        ['data_keys', [{ user_id: ann, wrapped_key: 'wrapped', created_at: asWritten }]],
        [
          'accounts',
          [
            { user_id: ann, status: 'active' },
            { user_id: bob, status: 'forgotten' },
          ],
        ],
        ['revocations', [{ session_id: session, user_id: ann, revoked_at: asWritten }]],
        [
          'signing_keys',
          [
            { kid: 'old', status: 'retired', retirement: 'retired old', public_key: null, announced_at: null },
            {
              kid: 'new',
              status: 'acknowledged',
              public_key: 'x',
              announcement: 'announced new',
              announced_at: asWritten,
              expires_at: asWritten,
            },
          ],
        ],
      ]),
    ),
  ];

  it('are recovered from the tables that contain the keys', () =>
    expect(compacted?.tables).toEqual(['data_keys', 'accounts', 'signing_keys', 'revocations']));
  it('get every current key and revocation, and the end of every other key', () =>
    expect(republished.map(({ cls, fields }) => makeMessage(cls, fields))).toEqual([
      makeMessage(DataKeyAnnounced, { userId: ann, wrappedKey: 'wrapped', createdAt: at }),
      makeMessage(DataKeyDestroyed, { userId: bob }),
      makeMessage(SessionRevoked, { sessionId: session, userId: ann, revokedAt: at }),
      makeMessage(SigningKeyRetired, { kid: 'old', signature: 'retired old' }),
      makeMessage(SigningKeyAnnounced, {
        kid: 'new',
        publicKey: 'x',
        notBefore: at,
        notAfter: at,
        signature: 'announced new',
      }),
    ]));
});

describe('a backup that is older than the deletion of an account', () => {
  const forgotten = makeMessage(UserForgotten, { userId: bob, forgottenAt: at });
  const isObsolete = recovery({ DATA_KEY_SECRET: 'a secret' }).obsolete!([{ message: forgotten }] as never);
  it.each(['credentials', 'data_keys'])('brings back no row of the person: %s', (table) => {
    expect(isObsolete(table, { user_id: bob })).toBe(true);
    expect(isObsolete(table, { user_id: ann })).toBe(false);
  });
  it('brings back what is about no person', () => expect(isObsolete('signing_keys', { kid: 'new' })).toBe(false));
});
