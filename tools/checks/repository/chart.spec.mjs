import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { services } from '../../services.js';
import { chartProblems } from './chart.mjs';

const folder = join(import.meta.dirname, '../../../deploy/chart');
const chart = ['.', 'values', 'templates'].flatMap((below) =>
  readdirSync(join(folder, below), { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => join(below, name))
    .map((path) => ({ path: `deploy/chart/${path}`, text: readFileSync(join(folder, path), 'utf8') })),
);
const parts = {
  services,
  partitionsOf: () => 6,
  settingsOf: () => ({ has: (name) => name !== 'UNKNOWN', [Symbol.iterator]: () => known.values() }),
  secretFiles: [
    ...['data-key-secret', 'signing-root-public-key', 'signing-root-private-key', 'provider-api-key'],
    'provider-webhook-secret',
    ...services.flatMap(({ name, database }) =>
      database === null ? [] : [`databases/${name}`, `databases/${name}-owner`],
    ),
  ],
};
const known = [
  ...['KAFKA_BROKERS', 'KAFKA_SSL_CA_FILE', 'KAFKA_SASL_MECHANISM', 'KAFKA_SASL_USERNAME', 'KAFKA_SASL_PASSWORD_FILE'],
  ...[
    'INSTANCE_ID',
    'PUBLIC_URL',
    'PORT',
    'OPERATIONS_PORT',
    'LOG_LEVEL',
    'MIGRATIONS',
    'DATABASE_URL',
    'DATA_KEY_SECRET',
  ],
  ...[
    'MIGRATION_DATABASE_URL',
    'SIGNING_ROOT_PUBLIC_KEY',
    'SIGNING_ROOT_PRIVATE_KEY',
    'PROVIDER_URL',
    'PROVIDER_API_KEY',
  ],
  ...['PROVIDER_WEBHOOK_SECRET', 'INSTANCES_FILE', 'INSTANCE_HOSTS', 'MAIL_FOLDER'],
];

const changed = (path, from, to) =>
  chartProblems(
    chart.map((file) => {
      if (file.path !== `deploy/chart/${path}`) return file;
      const text = file.text.replace(from, to);
      if (text === file.text) throw new Error(`${path} does not contain ${from}`);
      return { ...file, text };
    }),
    parts,
  );

describe('the chart', () => {
  it('matches services, topics and settings', () => expect(chartProblems(chart, parts)).toEqual([]));
  it('has every set of values', () =>
    expect(chart.map(({ path }) => path)).toEqual(
      expect.arrayContaining(
        ['development', 'small', 'large', 'secure'].map((set) => `deploy/chart/values/${set}.yaml`),
      ),
    ));

  it.each([
    ['lacks a service', 'values.yaml', '\n  cart:\n', '\n  carts:\n', 'values.yaml: has no service cart'],
    [
      'has a service too many',
      'values.yaml',
      '\n  cart:\n',
      '\n  carts:\n',
      'values.yaml: has carts, which is not a service',
    ],
    ['hides a topic from the scaling', 'values.yaml', 'stock.events, ', '', 'values.yaml: order has consumes'],
    [
      'gives a secret too many',
      'values.yaml',
      'callsProvider: true',
      'sealsData: true',
      'values.yaml: payment has sealsData true',
    ],
    ['scales beyond the partitions', 'values.yaml', 'max: 6\n', 'max: 7\n', 'consumers.max is 7'],
    [
      'sets what a service does not read',
      'values/large.yaml',
      '  gateway: {',
      '  gateway: { env: { UNKNOWN: 1 },',
      'values/large.yaml: gateway has UNKNOWN',
    ],
    [
      'names a service that is not there',
      'values/large.yaml',
      '  gateway: {',
      '  door: {',
      'values/large.yaml: has door',
    ],
    [
      'sets a variable that nothing reads',
      'templates/_helpers.tpl',
      'name: LOG_LEVEL,',
      'name: LOGLEVEL,',
      'sets LOGLEVEL, which no service reads',
    ],
    [
      'mounts a secret that is not written',
      'templates/_helpers.tpl',
      '/run/secrets/data-key-secret',
      '/run/secrets/data-key',
      'names the secret data-key',
    ],
  ])('that %s is reported', (_case, path, from, to, message) =>
    expect(changed(path, from, to)).toContainEqual(expect.stringContaining(message)),
  );
});
