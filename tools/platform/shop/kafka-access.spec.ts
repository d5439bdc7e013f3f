import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { kafkaUsers, loginEnvironment, perKafkaUser, writeLogins } from '../../kafka-users.js';
import { openKafkaAccess } from './kafka-access.js';
import { stateFolder } from './state-folder.js';

const kafkaPasswords = perKafkaUser((user) => `secret of ${user}`);
const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8);

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'tradewind-access-'))));
afterEach(() => rmSync(folder, { recursive: true }));

describe('the logins at Kafka', () => {
  it('are files that only their owner reads', () => {
    const logins = join(folder, 'logins');
    mkdirSync(logins, { mode: 0o755 });
    writeLogins(logins, kafkaPasswords);
    expect([modeOf(logins), ...new Set(readdirSync(logins).map((name) => modeOf(join(logins, name))))]).toEqual([
      '700',
      '600',
    ]);
    const { KAFKA_SASL_USERNAME: user, KAFKA_SASL_PASSWORD_FILE: file } = loginEnvironment(logins, 'order');
    expect([user, readFileSync(file!, 'utf8')]).toEqual(['order', 'secret of order\n']);
    expect(readdirSync(logins)).toHaveLength(kafkaUsers.length);
  });

  it('are no part of the environment of a shop without them', () =>
    expect(loginEnvironment(undefined, 'order')).toEqual({}));
});

describe('--secure is refused', () => {
  it('for brokers that it does not set up', () =>
    expect(() => openKafkaAccess(stateFolder(folder), { kafkaPasswords }, { kafkaBrokers: 'kafka:9092' })).toThrow(
      'unset KAFKA_BROKERS, or leave out --secure and set KAFKA_SSL_CA_FILE',
    ));

  it('for a Kafka that was created without it', () => {
    mkdirSync(stateFolder(folder).kafka);
    expect(() => openKafkaAccess(stateFolder(folder), { kafkaPasswords }, {})).toThrow(
      /created without --secure .*TRADEWIND_STATE .*npm run reset/,
    );
  });
});
