import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { services } from '../../services.js';
import { composeProblems, composeServices } from './compose.mjs';

const compose = readFileSync(join(import.meta.dirname, '../../../docker-compose.yml'), 'utf8');
const secretFiles = [
  ...['postgres-password', 'data-key-secret', 'signing-root-public-key', 'signing-root-private-key'],
  ...['provider-api-key', 'provider-webhook-secret', 'admin-password'],
  ...services.flatMap(({ name, database }) =>
    database === null ? [] : [`databases/${name}`, `databases/${name}-owner`],
  ),
];
const parts = {
  services,
  providerPort: 3010,
  settingsOf: () => ({ has: (name) => name !== 'UNKNOWN' }),
  secretFiles,
};

/** A change of the text of one container. */
const changed = (container, from, to) => {
  const text = compose.replace(new RegExp(`^ {2}${container}:\\n(?: {4}.*\\n| {3,}#.*\\n)+`, 'm'), (block) => {
    const after = block.replace(from, to);
    if (after === block) throw new Error(`${container} does not contain ${from}`);
    return after;
  });
  return composeProblems(text, parts);
};

describe('docker-compose.yml', () => {
  it('matches the list of services, and confines every container', () =>
    expect(composeProblems(compose, parts)).toEqual([]));
  it('has its services by name', () =>
    expect([...composeServices(compose).keys()]).toEqual(
      expect.arrayContaining(['postgres', 'kafka', 'user', 'seed']),
    ));

  it.each([
    ['lacks a service', 'payment', /^ {2}payment:/, '  payments:', 'has no service payment'],
    ['starts another program', 'user', 'apps/user/', 'apps/cart/', 'user has command'],
    [
      'runs a program that is not a service',
      'admin',
      'user/src/create-admin',
      'shipping/src/main',
      'admin runs shipping',
    ],
    [
      'has the database of another',
      'user',
      'user-database',
      'cart-database',
      'user has DATABASE_URL_FILE ./deploy/secrets/databases/cart',
    ],
    ['migrates as the service', 'user', 'user-owner', 'user-database', 'user has MIGRATION_DATABASE_URL_FILE'],
    ['does not give a secret', 'cart', /      - data-key-secret\n/, '', 'cart has DATA_KEY_SECRET_FILE'],
    [
      'names a secret that is not there',
      'cart',
      /      - data-key-secret\n/,
      '',
      'cart names /run/secrets/data-key-secret',
    ],
    [
      'gives a secret too many',
      'product',
      '      - signing',
      '      - data-key-secret\n      - signing',
      'product has the secret data-key-secret',
    ],
    [
      'signs everywhere',
      'order',
      'PUBLIC_URL',
      'SIGNING_ROOT_PRIVATE_KEY_FILE: /run/secrets/data-key-secret\n      PUBLIC_URL',
      'order has SIGNING_ROOT_PRIVATE_KEY_FILE',
    ],
    ['has another public URL', 'user', 'http://user:3000', 'http://user:3001', 'user has PUBLIC_URL'],
    [
      'sets what no service reads',
      'user',
      'PUBLIC_URL',
      'UNKNOWN: a\n      PUBLIC_URL',
      'user has UNKNOWN, which is no setting of it',
    ],
    ['publishes to every address', 'gateway', '${GATEWAY_ADDRESS:-127.0.0.1}', '0.0.0.0', 'gateway has ports'],
    ['publishes another port', 'gateway', ':-3000}', ':-8080}', 'gateway has ports'],
    ['knows no instances of a service', 'gateway', 'user,product,', 'product,', 'INSTANCE_HOSTS of gateway lacks user'],
    [
      'reaches the databases from the gateway',
      'gateway',
      '[public, messages]',
      '[public, messages, databases]',
      'gateway has network databases true, expected false',
    ],
    ['calls the provider on another port', 'payment', 'provider:3010', 'provider:3011', 'payment has PROVIDER_URL'],
    [
      'runs the provider on another port',
      'provider',
      "PORT: '3010'",
      "PORT: '3011'",
      'provider does not listen on 3010',
    ],
    [
      'starts before the topics',
      'gateway',
      'service_completed_successfully',
      'service_started',
      'gateway has dependency topics',
    ],
    [
      'confines not every container',
      'seed',
      '<<: *confined',
      'image: tradewind',
      'seed is not confined: read_only must be true',
    ],
    ['keeps capabilities', 'kafka', '    cap_drop: [ALL]\n', '', 'kafka keeps capabilities'],
    [
      'runs a container as root',
      'kafka',
      '    cap_drop',
      '    user: root\n    cap_drop',
      'kafka has the rights of root',
    ],
    ['has no health check', 'kafka', /    healthcheck:\n(?: {6}.*\n)+/, '', 'kafka has no health check'],
    [
      'waits for what has no health check',
      'kafka',
      /    healthcheck:\n(?: {6}.*\n)+/,
      '',
      'topics waits until kafka is healthy',
    ],
    [
      'hides a database from the audit',
      'audit',
      '<<: *operator',
      '<<: *confined',
      'audit does not have USER_DATABASE_URL_FILE',
    ],
  ])('that %s is reported', (_case, container, from, to, message) =>
    expect(changed(container, from, to)).toContainEqual(expect.stringContaining(message)),
  );

  it('that has a secret that is not written is reported', () =>
    expect(composeProblems(compose, { ...parts, secretFiles: secretFiles.slice(1) })).toEqual([
      'docker-compose.yml: ./deploy/secrets/postgres-password is not written by compose:secrets',
    ]));
});
