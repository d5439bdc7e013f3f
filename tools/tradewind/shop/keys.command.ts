import { Command } from 'commander';
import pg from 'pg';
import { command, print, type SystemFlags } from '@tradewind/operations/cli';
import { secretsOf } from '../../find-shop.js';
import { loginEnvironment } from '../../kafka-users.js';
import { databaseServices, describeService, type DatabaseService } from '../../services.js';
import { runShopProgram } from './service-program.js';
import { shopOf, shopSystem } from './shop-system.js';

/** The services that own something that DATA_KEY_SECRET wraps; the others have copies, which they get from topics. */
const owners = ['user', 'order'] as const satisfies readonly DatabaseService[];

interface Rotated {
  readonly secretId: string;
  readonly [what: string]: string | number;
}

async function rotate(flags: SystemFlags): Promise<void> {
  const { databases, brokers, kafkaLogins, mailFolder } = shopOf(flags);
  const rotated: Record<string, Rotated> = {};
  for (const service of owners) {
    const output = await runShopProgram({
      service,
      file: 'rotate-secret.js',
      env: {
        DATABASE_URL: databases[service],
        KAFKA_BROKERS: brokers,
        ...loginEnvironment(kafkaLogins, service),
        ...(describeService(service).sendsMail && mailFolder && { MAIL_FOLDER: mailFolder }),
        ...secretsOf(
          [
            'DATA_KEY_SECRET',
            'SIGNING_ROOT_PUBLIC_KEY',
            ...(describeService(service).signsTokens ? (['SIGNING_ROOT_PRIVATE_KEY'] as const) : []),
          ],
          process.env,
          flags.state,
        ),
      },
      failure: `the keys of ${service} could not be rotated`,
    });
    rotated[service] = JSON.parse(output) as Rotated;
  }
  const { secretId } = rotated['user']!;
  const copies: Record<string, number> = {};
  for (const service of databaseServices)
    if (describeService(service).sealsData) copies[service] = await oldCopies(databases[service], secretId);
  const left = Object.values(copies).reduce((sum, count) => sum + count, 0);
  print(flags, { secretId, rotated, oldCopies: copies }, () => [
    ...Object.entries(rotated).map(([service, { secretId: _, ...counts }]) => `${service}: ${countsText(counts)}`),
    left === 0
      ? `Everything is wrapped with the secret ${secretId}. Remove the others from DATA_KEY_SECRET, restart the services, and destroy them.`
      : `${left} copies of keys have not arrived yet (${countsText(copies)}): run this again before you remove the other secrets.`,
  ]);
}

const countsText = (counts: Readonly<Record<string, string | number>>): string =>
  Object.entries(counts)
    .map(([what, count]) => `${count} ${what}`)
    .join(', ');

async function oldCopies(url: string, secretId: string): Promise<number> {
  const client = new pg.Client({ connectionString: url, application_name: 'tradewind-keys' });
  await client.connect();
  try {
    const { rows } = await client.query<{ count: number }>(
      `select count(*)::int as count from svc_data_keys where left(wrapped_key, 9) <> $1 || '.'`,
      [secretId],
    );
    return rows[0]!.count;
  } finally {
    await client.end();
  }
}

export const keysCommand = new Command('keys')
  .description("The secret of the deployment that wraps people's data keys.")
  .addCommand(
    command(
      'rotate',
      'Wraps every key with the first secret of DATA_KEY_SECRET, while the shop runs.',
      shopSystem.options,
    ).action(rotate),
  );
