import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { kafkaSecurity } from '@tradewind/messaging';
import { serviceNames, type ServiceName } from './services.js';

/**
 * The users of tools at a broker with logins. `platform` may do everything: `npm start` sets up topics and permissions as it. `operator`
 * is the `tradewind` command, `audit` the audit and what watches a shop.
 */
export const toolUsers = ['platform', 'operator', 'audit'] as const;

export type KafkaUser = ServiceName | (typeof toolUsers)[number];

/** One user for each service, and those of the tools. */
export const kafkaUsers: readonly KafkaUser[] = [...serviceNames, ...toolUsers];

/** A value for each user. */
export const perKafkaUser = <T>(valueOf: (user: KafkaUser) => T): Readonly<Record<KafkaUser, T>> =>
  Object.fromEntries(kafkaUsers.map((user) => [user, valueOf(user)])) as Record<KafkaUser, T>;

type Environment = Readonly<Record<string, string | undefined>>;

const passwordFile = (folder: string, user: KafkaUser): string => join(folder, `${user}.password`);

/** The file of the certificate authority in a folder of logins. */
export const caFileOf = (folder: string): string => join(folder, 'ca.pem');

/** Writes the password of each user into a file that only this account reads. */
export function writeLogins(folder: string, passwords: Readonly<Record<KafkaUser, string>>): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
  for (const user of kafkaUsers) writeFileSync(passwordFile(folder, user), `${passwords[user]}\n`, { mode: 0o600 });
}

/** The password of a user in a folder of logins, if there is one. */
export function passwordOf(folder: string, user: KafkaUser): string | undefined {
  const file = passwordFile(folder, user);
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : undefined;
}

/** The environment variables of a login; none without a folder of logins. */
export const loginEnvironment = (folder: string | undefined, user: KafkaUser): Readonly<Record<string, string>> =>
  folder === undefined
    ? {}
    : {
        KAFKA_SSL_CA_FILE: caFileOf(folder),
        KAFKA_SASL_MECHANISM: 'scram-sha-512',
        KAFKA_SASL_USERNAME: user,
        KAFKA_SASL_PASSWORD_FILE: passwordFile(folder, user),
      };

/** TLS and the login of a tool: those of its environment, or those of the folder of a shop that was started with --secure. */
export const kafkaSecurityAs = (
  user: KafkaUser,
  folder: string | undefined,
  env: Environment = process.env,
): ReturnType<typeof kafkaSecurity> => kafkaSecurity({ ...env, ...loginEnvironment(folder, user) });
