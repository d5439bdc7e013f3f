import { randomUUID } from 'node:crypto';
import {
  Agreement,
  Catalogue,
  kafkaClient,
  messagingMigrations,
  newId,
  PostgresStore,
  Relay,
  systemWorld,
  topic,
  type OutboxRow,
} from '@tradewind/messaging';
import pg from 'pg';
import { DataSource } from 'typeorm';
import { createServiceDatabase } from '../../../tools/platform/postgres/service-database.js';
import type { Fault } from '../ground/fault.js';
import type { Stage } from '../ground/stage.js';

const writers = 50;
/** Milliseconds at most between a row's number and its commit: the longer, the more rows become visible behind later ones. */
const longestHold = 500;

const rowOf = (name: string, key: string): OutboxRow => {
  const id = newId(systemWorld);
  return {
    id,
    topic: name,
    key,
    type: 'thing.made',
    version: 1,
    payload: '{}',
    causation: id,
    correlation: key,
    traceparent: null,
    occurredAt: new Date(),
    headers: null,
    archived: true,
  };
};

/**
 * Fifty writers of one outbox whose commits come in another order than their numbers, with a relay at work: not a row is
 * missed, and each key keeps its order.
 */
async function numbersBeforeCommits(stage: Stage): Promise<void> {
  const rows = stage.times(2_000, 20_000, 100_000);
  const name = `writers-${randomUUID()}`;
  const things = topic(name, { owner: 'writers', partitions: 3 });
  const url = await createServiceDatabase(stage.shop.adminUrl, `writers_${randomUUID().slice(0, 8)}`, 'writers');
  const dataSource = await new DataSource({
    type: 'postgres',
    url,
    migrations: messagingMigrations,
    extra: { max: writers + 2 },
  }).initialize();
  const kafka = kafkaClient({ brokers: stage.shop.kafkaBrokers.split(','), clientId: 'writers' });
  const store = new PostgresStore(dataSource);
  const agreement = new Agreement(store, kafka, systemWorld, {
    service: 'writers',
    contracts: new Catalogue([]),
    own: [things],
  });
  const say = (level: string, message: string): void => void (level !== 'info' && stage.say(message));
  const relay = new Relay(
    store,
    kafka,
    { own: [things], partitionsOf: () => things.partitions },
    'writers',
    systemWorld,
    say,
    agreement,
    ({ message }) => stage.note(message),
  );
  try {
    await dataSource.runMigrations();
    await kafka.provision([things]);
    relay.start();
    const chance = stage.chance('holds');
    const batch = rows / writers / 20;
    let written = 0;
    await Promise.all(
      Array.from({ length: writers }, async (_, writer) => {
        for (let each = 0; each < 20; each++) {
          await store.transaction(async (transaction) => {
            await transaction.append(Array.from({ length: batch }, (__, at) => rowOf(name, `${writer}-${at % 5}`)));
            await stage.pass(chance.fraction() * longestHold);
          });
          written += batch;
          relay.wake();
        }
      }),
    );
    stage.hit('rows whose commit came later than their number', written);
    const archive = await drained(stage, url, written);
    stage.note(
      `${written} rows of ${writers} writers: ${archive.archived} published, ${archive.late} of them behind a row of a higher number`,
    );
    if (archive.inversions > 0)
      throw new Error(`${archive.inversions} rows came before one of their key with a lower sequence`);
    if (archive.late === 0) throw new Error('no commit came out of the order of the numbers: nothing is proven');
  } finally {
    await relay.stop();
    await kafka.close();
    await dataSource.destroy();
  }
}

const look = `
with published as (
  select position, sequence, partition, record_offset,
    max(position) over (partition by partition order by record_offset rows between unbounded preceding and 1 preceding) as highest,
    lag(sequence) over (partition by key order by record_offset) as before
  from msg_outbox_archive)
select count(*)::int as archived, count(*) filter (where position < highest)::int as late, count(*) filter (where sequence <> coalesce(before, 0) + 1)::int as inversions from published`;

interface Archive {
  readonly archived: number;
  readonly late: number;
  readonly inversions: number;
}

async function drained(stage: Stage, url: string, rows: number): Promise<Archive> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await stage.until(
      `${rows} published rows`,
      async () => {
        const {
          rows: [archive],
        } = await client.query<Archive>(look);
        return archive!.archived === rows && archive!;
      },
      120,
    );
  } finally {
    await client.end();
  }
}

export const outboxWriters: readonly Fault[] = [
  { id: 'F21', title: 'commits in another order than their numbers', layout: 'usual', play: numbersBeforeCommits },
];
