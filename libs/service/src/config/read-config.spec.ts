import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { ConfigError, DatabaseConfig, readConfig, SealingConfig, ServiceConfig } from './index.js';

const valid = {
  PORT: '3004',
  KAFKA_BROKERS: 'one:9092, two:9092',
  DATABASE_URL: 'postgres://order:hunter2@127.0.0.1:15432/order',
  SIGNING_ROOT_PUBLIC_KEY: Buffer.alloc(32, 7).toString('base64url'),
  DATA_KEY_SECRET: Buffer.alloc(32, 7).toString('base64'),
};

const violationsOf = (
  environment: Record<string, string | undefined>,
  cls: new () => ServiceConfig = SealingConfig,
): readonly string[] => {
  try {
    readConfig(cls, environment);
    return [];
  } catch (error) {
    return (error as ConfigError).violations;
  }
};

describe('a complete environment', () => {
  const config = readConfig(SealingConfig, valid);
  it('becomes numbers, lists and texts', () =>
    expect({ ...config }).toMatchObject({
      PORT: 3004,
      KAFKA_BROKERS: ['one:9092', 'two:9092'],
      DATABASE_URL: valid.DATABASE_URL,
    }));
  it('uses defaults for the rest', () =>
    expect({ ...config }).toMatchObject({
      HOST: '127.0.0.1',
      LOG_LEVEL: 'info',
      MIGRATIONS: 'check',
      INSTANCE_ID: expect.stringMatching(/^service-[0-9a-f]{8}$/),
    }));
  it('is frozen', () => expect(Object.isFrozen(config)).toBe(true));
  it('contains no variable without a rule', () =>
    expect(readConfig(ServiceConfig, { ...valid, HOME: '/root' })).not.toHaveProperty('HOME'));
});

describe('a variable in a file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'config-'));
  const file = join(folder, 'database-url');
  writeFileSync(file, `${valid.DATABASE_URL}\n`);
  afterAll(() => rmSync(folder, { recursive: true }));
  const { DATABASE_URL: _, ...rest } = valid;

  it('is read from there', () =>
    expect(readConfig(SealingConfig, { ...rest, DATABASE_URL_FILE: file }).DATABASE_URL).toBe(valid.DATABASE_URL));
  it('is checked like any other', () => {
    const wrong = join(folder, 'wrong');
    writeFileSync(wrong, 'mysql://a:b@c/d');
    expect(violationsOf({ ...rest, DATABASE_URL_FILE: wrong })).toEqual([
      expect.stringMatching(/^DATABASE_URL must be/),
    ]);
  });
  it('is named where the file can’t be read', () =>
    expect(violationsOf({ ...rest, DATABASE_URL_FILE: join(folder, 'missing') })).toEqual([
      expect.stringMatching(/^DATABASE_URL_FILE names a file that can’t be read: ENOENT/),
    ]));
  it('is named where it is set as well', () =>
    expect(violationsOf({ ...valid, DATABASE_URL_FILE: file })).toEqual([
      'DATABASE_URL is set twice: unset it, or DATABASE_URL_FILE',
    ]));
});

describe('an environment with missing variables', () => {
  it('is rejected, naming each of them', () =>
    expect(violationsOf({})).toEqual([
      expect.stringMatching(/^DATABASE_URL is missing: it must be postgres:/),
      expect.stringMatching(/^DATA_KEY_SECRET is missing: it must be 32 bytes in base64/),
      expect.stringMatching(/^KAFKA_BROKERS is missing: it must be a comma-separated list of host:port/),
      expect.stringMatching(/^PORT is missing: it must be 0 or a port/),
      expect.stringMatching(/^SIGNING_ROOT_PUBLIC_KEY is missing: it must be 32 bytes in base64url/),
    ]));
  it('counts an empty variable as missing', () =>
    expect(violationsOf({ ...valid, PORT: ' ' })).toEqual([expect.stringMatching(/^PORT is missing/)]));
});

describe('an environment with invalid variables', () => {
  it.each([
    ['PORT', '70000'],
    ['PORT', 'http'],
    ['PORT', '-1'],
    ['PORT', '0x50'],
    ['PORT', '3e3'],
    ['PORT', '6000'],
    ['PORT', '10080'],
    ['PUBLIC_URL', 'here'],
    ['PUBLIC_URL', 'http://order:6000'],
    ['PUBLIC_URL', 'http://order:65536'],
    ['PUBLIC_URL', 'ftp://order'],
    ['LOG_LEVEL', 'loud'],
    ['INSTANCE_ID', 'a b'],
    ['KAFKA_BROKERS', 'localhost'],
    ['KAFKA_BROKERS', ','],
    ['KAFKA_BROKERS', '::1:9092'],
    ['KAFKA_BROKERS', 'one:9092,two:65536'],
    ['KAFKA_BROKERS', 'one:0'],
    ['KAFKA_SSL_CA_FILE', '/missing'],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'collector:4318'],
    ['OTEL_TRACES_SAMPLER', 'sometimes'],
    ['OTEL_TRACES_SAMPLER_ARG', '2'],
    ['OTEL_TRACES_SAMPLER_ARG', 'all'],
    ['DATABASE_URL', 'mysql://a:b@c/d'],
    ['DATABASE_URL', 'postgres://a:b@c:65536/d'],
    ['MIGRATIONS', 'maybe'],
    ['DATA_KEY_SECRET', 'c2hvcnQ='],
    ['SIGNING_ROOT_PUBLIC_KEY', 'c2hvcnQ'],
  ])('names %s when it is %j', (name, value) =>
    expect(violationsOf({ ...valid, [name]: value })).toEqual([expect.stringMatching(new RegExp(`^${name} `))]),
  );

  it('names the missing part of a login at the brokers', () =>
    expect(violationsOf({ ...valid, KAFKA_SASL_MECHANISM: 'plain', KAFKA_SASL_USERNAME: 'order' })).toEqual([
      expect.stringMatching(/^KAFKA_SASL_PASSWORD_FILE is missing/),
    ]));

  it('accepts a broker with an IPv6 address', () =>
    expect(violationsOf({ ...valid, KAFKA_BROKERS: '[::1]:9092' })).toEqual([]));

  it('accepts any free port, and the port of a broker that only browsers block', () =>
    expect(violationsOf({ ...valid, PORT: '0', KAFKA_BROKERS: 'one:6000' })).toEqual([]));

  it('never repeats a value', () => {
    const secret = 'mysql://order:hunter2@db/order';
    expect(() => readConfig(DatabaseConfig, { ...valid, DATABASE_URL: secret })).toThrow(ConfigError);
    expect(violationsOf({ ...valid, DATABASE_URL: secret, DATA_KEY_SECRET: 'hunter2' }).join()).not.toContain(
      'hunter2',
    );
  });
});
