import { resolve } from 'node:path';
import { InvalidArgumentError } from 'commander';
import { topics } from '@tradewind/contracts';
import { kafkaClient } from '@tradewind/messaging';
import pg from 'pg';
import { createServiceDatabase } from '../../platform/postgres/service-database.js';
import { databaseNames, type DatabaseName } from '../gather/database-names.js';
import { readHistory } from '../gather/history.js';
import { accepting, compareAcceptances, type ComparedAcceptances } from '../operator/compare-acceptances.js';
import { CannotDo } from '../operator/databases.js';
import { inPlaceOf } from '../operate/in-place-of.js';
import { plural, table } from '../screen.js';
import { deedCommand, print, shopCommand, shopOf, type DeedFlags, type ShopFlags } from './shop-command.js';

interface Recovered {
  readonly database: {
    readonly tables: readonly { readonly table: string; readonly rows: number }[];
    readonly messages: number;
    readonly unpublished: number;
    readonly seconds: number;
    readonly perSecond: number;
  };
  readonly handled: readonly {
    readonly read: number;
    readonly counts: Readonly<Record<string, number>>;
    readonly failed: readonly { readonly id: string; readonly why: string }[];
  }[];
  readonly positions: Positions;
  readonly hashes: readonly { readonly table: string; readonly rows: number; readonly hash: string }[];
}

interface Positions {
  readonly groups: readonly { readonly group: string; readonly partitions: number; readonly left: number }[];
  readonly seconds: number;
}

interface Topics {
  readonly topics: readonly { readonly topic: string; readonly records: number; readonly published: number }[];
  /** Last words of compacted topics, which the service says when it starts. */
  readonly toSay: number;
  readonly seconds: number;
  readonly perSecond: number;
}

interface RecoverFlags extends DeedFlags {
  readonly backup?: string;
  readonly history?: string;
}

async function recover(what: DatabaseName | 'kafka', flags: RecoverFlags): Promise<void> {
  if (what !== 'kafka') return recoverDatabase(what, flags);
  if (flags.backup !== undefined || flags.history !== undefined)
    throw new CannotDo('--backup and --history belong to a service: Kafka comes back from the archives of all of them');
  return recoverKafka(flags);
}

async function recoverDatabase(service: DatabaseName, flags: RecoverFlags): Promise<void> {
  const { databases, adminUrl } = shopOf(flags);
  const file = flags.backup && resolve(flags.backup);
  if (!flags.yes) {
    const would = [
      `replace whatever the database of ${service} holds by what lies on its topics${file ? ` and in ${file}` : ', and keep what is in no event'}`,
    ];
    return print(flags, { done: false, would }, () => [
      ...would.map((line) => `Would: ${line}`),
      'Nothing was changed: add --yes to do it.',
    ]);
  }
  const checkouts =
    flags.history === undefined ? undefined : { by: accepting(service), seen: await readHistory(flags.history) };
  await makeDatabase(databases[service], adminUrl);
  const recovered = await inPlaceOf<Recovered>(
    service,
    'recover',
    { reason: flags.reason, ...(file ? { backup: file } : {}) },
    flags,
  );
  const history = checkouts && (await compareAcceptances(checkouts.by, databases[service], checkouts.seen));
  print(flags, { ...recovered, history }, () => [
    ...linesOf(service, recovered),
    ...(history ? lossLines(history) : []),
  ]);
  if (recovered.handled.some(({ failed }) => failed.length > 0)) process.exitCode = 1;
}

/** Where it is gone; its role and its password are what they were. */
async function makeDatabase(url: string, adminUrl: string | undefined): Promise<void> {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'tradewind-recover',
    connectionTimeoutMillis: 10_000,
  });
  try {
    await client.connect();
  } catch (error) {
    const { code } = error as { code?: string };
    const gone = code === '3D000' || code === '28P01' || code === '28000';
    if (!gone) throw error;
    if (adminUrl === undefined)
      throw new CannotDo(
        'the database does not exist, and ADMIN_DATABASE_URL is not set: make the database, or set it to the URL of an administrator',
        { cause: error },
      );
    const { pathname, password } = new URL(url);
    await createServiceDatabase(adminUrl, decodeURIComponent(pathname.slice(1)), decodeURIComponent(password));
  } finally {
    await client.end();
  }
}

function linesOf(service: string, { database, handled, positions, hashes }: Recovered): string[] {
  const { messages, unpublished, seconds, perSecond, tables } = database;
  const again = handled
    .flatMap(({ counts }) => Object.entries(counts))
    .reduce((sum, [what, count]) => sum + (what.startsWith('handled ') ? count : 0), 0);
  return [
    `${service} is back: ${plural(messages, 'message')} read and written in ${seconds.toFixed(1)} s, ${perSecond}/s${unpublished > 0 ? `, ${unpublished} of its outbox kept` : ''}`,
    ...table(
      ['TABLE', 'ROWS WRITTEN'],
      tables.map(({ table: name, rows }) => [name, String(rows)]),
    ).map((line) => `  ${line}`),
    `${plural(again, 'message')} that had left no trace handled again`,
    ...handled.flatMap(({ failed }) => failed.slice(0, 20).map(({ id, why }) => `  failed ${id}: ${why}`)),
    ...positionLines(positions),
    ...table(
      ['TABLE', 'ROWS', 'HASH'],
      hashes.map(({ table: name, rows, hash }) => [name, String(rows), hash]),
    ).map((line) => `  ${line}`),
  ];
}

/** Every id: nobody else can tell the buyers. */
const lossLines = ({ accepted, back, lost, unsure }: ComparedAcceptances): string[] => [
  `accepted ${accepted}, come back ${back}, lost ${lost.length}${unsure > 0 ? `; of ${plural(unsure, 'call')} without an answer nothing is there` : ''}`,
  ...lost.map(
    ({ orderId, userId, key }) =>
      `  lost: order ${orderId ?? 'whose id nobody was told'} of the user ${userId}, key ${key}`,
  ),
];

const positionLines = ({ groups }: Positions): string[] =>
  table(
    ['GROUP', 'PARTITIONS', 'RECORDS LEFT'],
    groups.map(({ group, partitions, left }) => [group, String(partitions), String(left)]),
  ).map((line) => `  ${line}`);

/** First every topic, then every group: a group reads topics of several services. */
async function recoverKafka(flags: DeedFlags): Promise<void> {
  const { brokers } = shopOf(flags);
  if (!flags.yes) {
    const would = [
      'make the topics that are missing',
      'publish again what is in the archive of a service and on no topic',
      'have the keys that the user service announces announced again when it starts',
      'set every group to the first message that its service has not handled',
    ];
    return print(flags, { done: false, would }, () => [
      ...would.map((line) => `Would: ${line}`),
      'Nothing was changed: add --yes to do it.',
    ]);
  }
  const kafka = kafkaClient({ brokers: brokers.split(','), clientId: 'tradewind-recover' });
  try {
    await kafka.provision(Object.values(topics));
  } finally {
    await kafka.close();
  }
  const published: Topics[] = [];
  for (const service of databaseNames)
    published.push(await inPlaceOf<Topics>(service, 'recover-topics', { reason: flags.reason }, flags));
  const groups: Positions[] = [];
  for (const service of databaseNames)
    groups.push(await inPlaceOf<Positions>(service, 'recover-positions', { reason: flags.reason }, flags));
  print(flags, { published, groups }, () => [
    ...table(
      ['TOPIC', 'RECORDS', 'PUBLISHED AGAIN'],
      published
        .flatMap((each) => each.topics)
        .map((each) => [each.topic, String(each.records), String(each.published)]),
    ),
    ...published.flatMap(({ toSay }, index) =>
      toSay > 0
        ? [
            `${plural(toSay, 'last word')} of compacted topics wait in the outbox of ${databaseNames[index]}: it says them when it starts`,
          ]
        : [],
    ),
    ...groups.flatMap(positionLines),
    'Kafka is back: start the services.',
  ]);
}

function target(text: string): DatabaseName | 'kafka' {
  const found = [...databaseNames, 'kafka' as const].find((name) => name === text);
  if (!found) throw new InvalidArgumentError(`There are ${databaseNames.join(', ')} and kafka.`);
  return found;
}

export const recoverCommand = deedCommand(
  'recover',
  'Brings back a service whose database was lost or restored, or Kafka. The services must be stopped.',
)
  .argument('<what>', `${databaseNames.join(', ')} or kafka`, target)
  .option('--backup <file>', 'a file of "tradewind backup": what is in no event')
  .option(
    '--history <file>',
    'what the clients saw (JSON lines of tools/shop): what was accepted and did not come back is named',
  )
  .action(recover);

interface BackedUp {
  readonly file: string;
  readonly rows: number;
  readonly tables: readonly string[];
}

async function backUp(service: DatabaseName | 'kafka', flags: ShopFlags & { readonly to: string }): Promise<void> {
  if (service === 'kafka') throw new CannotDo('Kafka needs no backup: it comes back from the archives of the services');
  const { file, rows, tables } = await inPlaceOf<BackedUp>(service, 'backup', { to: resolve(flags.to) }, flags);
  print(flags, { file, rows, tables }, () => [
    tables.length === 0
      ? `Everything of ${service} is in its events: the backup is empty.`
      : `${plural(rows, 'row')} of ${tables.join(', ')} in ${file}, which only its owner can read.`,
  ]);
}

export const backupCommand = shopCommand(
  'backup',
  'Writes what a service keeps and never says (passwords, keys, sessions) into a file.',
)
  .argument('<service>', databaseNames.join(', '), target)
  .requiredOption('--to <file>', 'a new file; one that is there is never overwritten')
  .action(backUp);
