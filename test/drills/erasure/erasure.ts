import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { topics } from '@tradewind/contracts';
import { dataKeySecrets, unwrap, UnknownKeySecret } from '@tradewind/service';
import pg from 'pg';
import { databaseServices, describeService, type DatabaseService } from '../../../tools/services.js';
import { pollUntil } from '../../faults/environment/poll-until.js';
import type { Drill } from '../drill.js';
import type { DrillEnvironment } from '../environment.js';
import { Canaries, type Canary } from './canaries.js';
import { withFastCompaction } from './fast-compaction.js';
import { filesWith } from './search-folder.js';

interface WrappedKey {
  readonly userId: string;
  readonly wrappedKey: string;
}
interface Receipt {
  readonly erased: boolean;
  readonly findings: readonly unknown[];
  readonly keyRecordsLeft: number;
  readonly hash: string;
}
interface Rotated {
  readonly oldCopies: Readonly<Record<string, number>>;
}

/** Their backups have keys, passwords and sealed addresses. */
const backedUp = ['user', 'order'] as const satisfies readonly DatabaseService[];
/** It has a copy of the keys, and is away while people leave and the tombstones of their keys go. */
const away = 'order' satisfies DatabaseService;
const compactionMs = 180_000;

/**
 * People trade, backups are made, and the people leave while a service is away, until not even the tombstones of their keys are left.
 * Then nothing of them may be in any database, topic, log or data file, nor come back with the old backups; and after a rotation the
 * old backups open nothing.
 */
export const erasure: Drill = {
  name: 'erasure',
  title: 'people leave; older backups are restored; the secret of the keys is rotated',
  changesContent: true,
  async run(environment) {
    const canaries = await Canaries.open(environment);
    try {
      for (let person = 0; person < 3; person++) await canaries.trade();
      await environment.waitUntilIdle();
      const backups = await backUp(environment);
      const keys = await keysOf(environment, canaries.people);
      await expectOnDisk(environment, keys, true);

      await environment.stop(away);
      await canaries.leave();
      await compactAway(environment, canaries, keys);
      await environment.start(away);
      await environment.waitUntilIdle();
      await proveErased(environment, canaries.people);
      await vacuum(environment);
      await expectOnDisk(environment, keys, false);

      let messages = 0;
      for (const service of backedUp) {
        messages += (await environment.loseAndRecover(service, '--backup', backups[service])).messages;
        await environment.waitUntilIdle();
        await proveErased(environment, canaries.people);
      }
      await rotate(environment, backups.user, keys);
      return { messages };
    } finally {
      await canaries.close();
    }
  },
};

async function backUp(environment: DrillEnvironment): Promise<Record<(typeof backedUp)[number], string>> {
  const fileOf = (service: DatabaseService): string =>
    join(environment.shop.state.path, `backup-with-canaries-of-${service}`);
  for (const service of backedUp) await environment.tradewind('backup', service, '--to', fileOf(service));
  return { user: fileOf('user'), order: fileOf('order') };
}

async function keysOf({ shop }: DrillEnvironment, people: readonly Canary[]): Promise<WrappedKey[]> {
  const client = new pg.Client({ connectionString: shop.databases.user });
  await client.connect();
  try {
    const { rows } = await client.query<WrappedKey>(
      'select user_id as "userId", wrapped_key as "wrappedKey" from data_keys where user_id = any($1::uuid[])',
      [people.map(({ userId }) => userId)],
    );
    if (rows.length !== people.length) throw new Error(`${rows.length} keys of ${people.length} people`);
    return rows;
  } finally {
    await client.end();
  }
}

const kafkaFilesWith = ({ shop }: DrillEnvironment, keys: readonly WrappedKey[]): Promise<string[]> =>
  filesWith(
    shop.state.kafka,
    keys.map(({ wrappedKey }) => wrappedKey),
  );

/** Looks into the files of the broker and of the databases; not into the write-ahead log, whose horizon is another. */
async function expectOnDisk(
  environment: DrillEnvironment,
  keys: readonly WrappedKey[],
  expected: boolean,
): Promise<void> {
  await environment.asAdmin('checkpoint');
  const places = {
    Kafka: await kafkaFilesWith(environment, keys),
    PostgreSQL: await filesWith(
      join(environment.shop.state.postgres, 'base'),
      keys.map(({ wrappedKey }) => wrappedKey),
    ),
  };
  for (const [place, files] of Object.entries(places))
    if (files.length > 0 !== expected)
      throw new Error(`wrapped keys in the files of ${place}: ${files.length === 0 ? 'none' : files.join(', ')}`);
}

/** Until neither a wrapped key nor a tombstone of the people is left: each turn closes the segments with one more record. */
async function compactAway(
  environment: DrillEnvironment,
  canaries: Canaries,
  keys: readonly WrappedKey[],
): Promise<void> {
  await withFastCompaction(environment.shop.kafkaBrokers, () =>
    pollUntil(
      'no record of the keys on the disk of the broker',
      async () => {
        await canaries.registerOther();
        const ids = keys.map(({ userId }) => userId);
        await delay(1_000); // the broker looks for segments to compact every few seconds
        const files = await filesWith(environment.shop.state.kafka, ids);
        return !files.some((file) => file.includes(topics.userDataKeys.name));
      },
      compactionMs,
    ),
  );
}

/** Throws with the findings unless everything is erased, the records of the keys too. */
async function proveErased(environment: DrillEnvironment, people: readonly Canary[]): Promise<void> {
  for (const { userId, email, name, street } of people) {
    const texts = join(environment.shop.state.path, `texts-of-${userId}`);
    await writeFile(texts, `${[email, name, street].join('\n')}\n`);
    const receipt = await environment.tradewind<Receipt>('erasure', 'prove', userId, '--texts', texts);
    if (!receipt.erased || receipt.keyRecordsLeft > 0) throw new Error(`not erased: ${JSON.stringify(receipt)}`);
  }
}

/** What `vacuum full` rewrites keeps no old version of a row. */
async function vacuum(environment: DrillEnvironment): Promise<void> {
  for (const service of databaseServices) await environment.asAdminOf(service, 'vacuum (full)');
}

/** The keys of those who stay are wrapped anew; the new secret opens none of the old backup, not even of those who left. */
async function rotate(environment: DrillEnvironment, backup: string, keys: readonly WrappedKey[]): Promise<void> {
  const [before, after] = environment.dataKeySecrets;
  await environment.wrapWith(after, before);
  await pollUntil('every copy of a key wrapped with the new secret', async () => {
    const { oldCopies } = await environment.tradewind<Rotated>('keys', 'rotate');
    const sealing = databaseServices.filter((service) => describeService(service).sealsData);
    return sealing.every((service) => oldCopies[service] === 0);
  });
  const rows = (await readFile(backup, 'utf8'))
    .split('\n')
    .filter((line) => line.includes('"table":"data_keys"'))
    .map((line) => (JSON.parse(line) as { row: { user_id: string; wrapped_key: string } }).row);
  if (!keys.every(({ userId }) => rows.some((row) => row.user_id === userId)))
    throw new Error(`the backup has not the keys of those who left: ${rows.length} keys`);
  for (const { user_id: userId, wrapped_key: wrapped } of rows) {
    unwrap(dataKeySecrets(before), userId, wrapped);
    if (opens(after, userId, wrapped)) throw new Error(`the new secret opens the key of ${userId} in the old backup`);
  }
}

function opens(secret: string, userId: string, wrapped: string): boolean {
  try {
    unwrap(dataKeySecrets(secret), userId, wrapped);
    return true;
  } catch (error) {
    if (error instanceof UnknownKeySecret) return false;
    throw error;
  }
}
