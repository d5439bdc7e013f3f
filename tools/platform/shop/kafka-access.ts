import { copyFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { caFileOf, writeLogins } from '../../kafka-users.js';
import { makeCertificates } from '../kafka/certificates.js';
import type { BrokerAccess } from '../kafka/closed-listeners.js';
import type { Secrets } from './secrets.js';
import type { ShopOptions } from './shop.js';
import type { StateFolder } from './state-folder.js';

/** The validity of the certificates. Each start makes new ones. */
const days = 397;

/** Writes the certificates and logins of a Kafka with logins into the state folder. */
export function openKafkaAccess(
  { path, kafka, kafkaLogins }: Pick<StateFolder, 'path' | 'kafka' | 'kafkaLogins'>,
  { kafkaPasswords }: Pick<Secrets, 'kafkaPasswords'>,
  { kafkaBrokers, proxyPort }: Pick<ShopOptions, 'kafkaBrokers' | 'proxyPort'>,
): BrokerAccess {
  if (kafkaBrokers)
    throw new Error(
      '--secure sets up the Kafka that it starts, and KAFKA_BROKERS names another one: unset KAFKA_BROKERS, or leave out --secure and set KAFKA_SSL_CA_FILE and KAFKA_SASL_* (docs/security.md)',
    );
  if (existsSync(kafka) && !existsSync(kafkaLogins))
    throw new Error(
      `the Kafka of ${path} was created without --secure and has no logins: set TRADEWIND_STATE to another folder, or start empty after "npm run reset"`,
    );
  if (proxyPort) throw new Error('a Kafka with logins has no proxy');
  writeLogins(kafkaLogins, kafkaPasswords);
  return {
    certificateFile: writeCertificates(kafkaLogins),
    caFile: caFileOf(kafkaLogins),
    users: kafkaPasswords,
    superUser: 'platform',
  };
}

/** Writes new certificates into a folder of logins; returns the file of the broker's. */
export function writeCertificates(logins: string, hosts: readonly string[] = []): string {
  const { caFile, brokerFile } = makeCertificates(join(logins, 'certificates'), { days, hosts });
  copyFileSync(caFile, caFileOf(logins));
  return brokerFile;
}
