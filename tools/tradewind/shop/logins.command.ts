import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { InvalidArgumentError, type Command } from 'commander';
import { command, print, type SystemFlags } from '@tradewind/operations/cli';
import { kafkaUsers, passwordOf, perKafkaUser, writeLogins } from '../../kafka-users.js';
import { writeCertificates } from '../../platform/shop/kafka-access.js';

interface Flags extends SystemFlags {
  readonly host: readonly string[];
}

function hosts(text: string): readonly string[] {
  const names = text.split(',').map((name) => name.trim());
  if (names.every((name) => /^[a-z\d]([a-z\d.-]*[a-z\d])?$/i.test(name))) return names;
  throw new InvalidArgumentError('Give names of hosts, separated by commas.');
}

/** Keeps the passwords of users that have one: the brokers know them. */
function logins(folder: string, flags: Flags): void {
  const path = resolve(folder);
  const isNew = !existsSync(path);
  writeLogins(
    path,
    perKafkaUser((user) => passwordOf(path, user) ?? randomBytes(24).toString('base64url')),
  );
  writeCertificates(path, flags.host);
  print(flags, { folder: path, users: kafkaUsers }, () => [
    `${path}: ${isNew ? 'created' : 'the certificates are new, the passwords as before'}; users ${kafkaUsers.join(', ')}.`,
    'These files are enough to publish as these users: keep them out of images and repositories.',
  ]);
}

export const loginsCommand: Command = command(
  'logins',
  'Creates the certificates of a broker, and a password file for each user at Kafka. Needs openssl.',
  [],
)
  .argument('<folder>', 'where to write them; only your account will be able to read it')
  .option('--host <names>', 'names of the broker besides localhost, as in its certificate', hosts, [])
  .action(logins);
