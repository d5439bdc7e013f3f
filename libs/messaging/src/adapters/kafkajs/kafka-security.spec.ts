import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { kafkaSecurity } from './kafka-security.js';
import { kafkaClient } from './kafkajs-client.js';

let folder: string;
const file = (name: string, content: string): string => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};
const pem = '-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----\n';
const complete = (): Record<string, string> => ({
  KAFKA_SSL_CA_FILE: file('ca.pem', pem),
  KAFKA_SASL_MECHANISM: 'SCRAM-SHA-512',
  KAFKA_SASL_USERNAME: 'order',
  KAFKA_SASL_PASSWORD_FILE: file('password', 'hunter 2\n'),
});

beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'kafka-security-'))));
afterAll(() => rmSync(folder, { recursive: true }));

describe('the security settings of the environment', () => {
  it('are an authority and a login', () =>
    expect(kafkaSecurity(complete())).toEqual({
      ssl: { ca: pem },
      sasl: { mechanism: 'scram-sha-512', username: 'order', password: 'hunter 2' },
    }));
  it('are none without variables', () => expect(kafkaSecurity({ KAFKA_SSL_CA_FILE: ' ' })).toEqual({}));

  it.each<[string, () => Record<string, string>]>([
    ['KAFKA_SSL_CA_FILE', () => ({ KAFKA_SSL_CA_FILE: '/missing/hunter' })],
    ['KAFKA_SSL_CA_FILE', () => ({ KAFKA_SSL_CA_FILE: file('not.pem', 'hunter') })],
    ['KAFKA_SASL_MECHANISM', () => ({ KAFKA_SASL_MECHANISM: 'hunter' })],
    ['KAFKA_SASL_MECHANISM', () => ({ KAFKA_SASL_MECHANISM: '' })],
    ['KAFKA_SASL_USERNAME', () => ({ KAFKA_SASL_USERNAME: '' })],
    ['KAFKA_SASL_PASSWORD_FILE', () => ({ KAFKA_SASL_PASSWORD_FILE: '' })],
    ['KAFKA_SASL_PASSWORD_FILE', () => ({ KAFKA_SASL_PASSWORD_FILE: '/missing/hunter' })],
    ['KAFKA_SASL_PASSWORD_FILE', () => ({ KAFKA_SASL_PASSWORD_FILE: file('empty', '\n') })],
  ])('are rejected with the name of %s, without its value', (name, wrong) => {
    const read = (): unknown => kafkaSecurity({ ...complete(), ...wrong() });
    expect(read).toThrow(new RegExp(`^${name} `));
    expect(read).not.toThrow('hunter');
  });
});

describe('the security settings of a client', () => {
  const client = (rest: object) => () => kafkaClient({ brokers: ['one:9092'], clientId: 'test', ...rest });
  it.each<[string, object]>([
    ['kafka.ssl', { ssl: { cert: pem, key: 'no key' } }],
    ['kafka.sasl.mechanism', { sasl: { mechanism: 'gssapi', username: 'a', password: 'b' } }],
    ['kafka.sasl.username', { sasl: { mechanism: 'plain', password: 'b' } }],
    ['kafka.sasl.password', { sasl: { mechanism: 'plain', username: 'a', password: '' } }],
    ['kafka.sasl.token', { sasl: { mechanism: 'oauthbearer' } }],
  ])('are rejected with the name of %s', (name, wrong) => expect(client(wrong)).toThrow(name));
});
