import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { Command } from 'commander';
import { root } from '../../platform/process/places.js';
import { dataKeySecret } from '../operate/in-place-of.js';
import { print, shopCommand, shopOf, type ShopFlags } from './shop-command.js';

interface Flags extends ShopFlags {
  readonly email: string;
}

/** The user service's own program makes the account: it alone knows how passwords are kept and e-mails sealed. */
async function create(flags: Flags): Promise<void> {
  const { databases, brokers } = shopOf(flags);
  const given = process.env['ADMIN_PASSWORD'];
  const password = given || randomBytes(18).toString('base64url');
  const env = {
    ...process.env,
    PORT: '0',
    DATABASE_URL: databases.user,
    KAFKA_BROKERS: brokers,
    DATA_KEY_SECRET: dataKeySecret(flags),
    ADMIN_EMAIL: flags.email,
    ADMIN_PASSWORD: password,
  };
  const child = spawn(process.execPath, [join(root, 'dist/apps/user/src/create-admin.js')], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const code = await new Promise<number | null>((resolve, reject) =>
    child.once('error', reject).once('close', resolve),
  );
  if (code !== 0) {
    console.error(`the admin could not be made: ${said.trim().slice(-1_000)}`);
    process.exitCode = 1;
    return;
  }
  print(flags, { email: flags.email, ...(given ? {} : { password }) }, () => [
    `${flags.email} is an admin.`,
    given
      ? 'The password is the one of ADMIN_PASSWORD.'
      : `The password is ${password} (shown only now; an account that was there before keeps its own).`,
  ]);
}

export const adminCommand = new Command('admin')
  .description('Who may manage the shop.')
  .addCommand(
    shopCommand('create', 'Makes an admin. The password is ADMIN_PASSWORD, or a random one that is printed.')
      .requiredOption('--email <address>', 'by which he logs in')
      .action(create),
  );
