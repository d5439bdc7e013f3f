import { randomBytes } from 'node:crypto';
import { Command } from 'commander';
import { loginEnvironment } from '../../kafka-users.js';
import { secretsOf } from '../../find-shop.js';
import { command, print, type SystemFlags } from '@tradewind/operations/cli';
import { runShopProgram } from './service-program.js';
import { shopOf, shopSystem } from './shop-system.js';

interface Flags extends SystemFlags {
  readonly email: string;
}

/** Runs a program of the user service: only it can hash passwords and seal e-mail addresses. */
async function create(flags: Flags): Promise<void> {
  const { databases, brokers, kafkaLogins, mailFolder } = shopOf(flags);
  const ownPassword = process.env['ADMIN_PASSWORD'];
  const password = ownPassword || randomBytes(18).toString('base64url');
  await runShopProgram({
    service: 'user',
    file: 'create-admin.js',
    env: {
      DATABASE_URL: databases.user,
      KAFKA_BROKERS: brokers,
      ...loginEnvironment(kafkaLogins, 'user'),
      ...secretsOf(
        ['DATA_KEY_SECRET', 'SIGNING_ROOT_PUBLIC_KEY', 'SIGNING_ROOT_PRIVATE_KEY'],
        process.env,
        flags.state,
      ),
      ...(mailFolder && { MAIL_FOLDER: mailFolder }),
      ADMIN_EMAIL: flags.email,
      ADMIN_PASSWORD: password,
    },
    failure: 'the admin could not be created',
  });
  print(flags, { email: flags.email, ...(ownPassword ? {} : { password }) }, () => [
    `${flags.email} is an admin.`,
    ownPassword
      ? 'The password is the one of ADMIN_PASSWORD.'
      : `The password is ${password} (shown only now; an existing account keeps its own).`,
  ]);
}

export const adminCommand = new Command('admin')
  .description('The accounts that may manage the shop.')
  .addCommand(
    command(
      'create',
      'Creates an admin. The password is ADMIN_PASSWORD, or a random one that is printed.',
      shopSystem.options,
    )
      .requiredOption('--email <address>', 'the address to log in with')
      .action(create),
  );
