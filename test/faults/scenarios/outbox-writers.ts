import { randomUUID } from 'node:crypto';
import { newId } from '@tradewind/kernel';
import { kafkaClient, messagingMigrations, topic } from '@tradewind/messaging';
import { PostgresStore, Relay, systemPorts, type OutboxRow } from '@tradewind/messaging/internals';
import pg from 'pg';
import { DataSource } from 'typeorm';
import { createServiceDatabase } from '../../../tools/platform/postgres/service-database.js';
import type { Fault } from '../environment/fault.js';
import type { ScenarioContext } from '../environment/scenario-context.js';

const writers = 50;
/** Longest time between a row's position and its commit, in milliseconds. The longer, the more rows become visible after later ones. */
const maxCommitDelayMs = 500;

const rowOf = (name: string, key: string): OutboxRow => {
  const id = newId(systemPorts);
  return {
    id,
    topic: name,
    key,
    type: 'item.created',
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

/** Fifty writers of one outbox commit in another order than their positions while a relay runs: no row is missed, and each key keeps its order. */
async function commitsOutOfOrder(context: ScenarioContext): Promise<void> {
  const rows = context.byExtent(2_000, 20_000, 100_000);
  const name = `writers-${randomUUID()}`;
  const items = topic(name, { owner: 'writers', partitions: 3 });
  const { ownerUrl: url } = await createServiceDatabase(context.shop.adminUrl, `writers_${randomUUID().slice(0, 8)}`, {
    service: 'writers',
    owner: 'writers',
  });
  const dataSource = await new DataSource({
    type: 'postgres',
    url,
    migrations: messagingMigrations,
    extra: { max: writers + 2 },
  }).initialize();
  const kafka = kafkaClient({ brokers: context.shop.kafkaBrokers.split(','), clientId: 'writers' });
  const store = new PostgresStore(dataSource);
  const relay = new Relay(store, kafka, systemPorts, {
    topics: { own: [items], partitionCountOf: () => items.partitions },
    source: 'writers',
    log: (level, message) => void (level !== 'info' && context.log(message)),
    checkPublished: () => Promise.resolve(), // both the database and the topic are new
    onFatal: ({ message }) => context.note(message),
  });
  try {
    await dataSource.runMigrations();
    await kafka.provision([items]);
    relay.start();
    const random = context.random('delays');
    const batch = rows / writers / 20;
    let written = 0;
    await Promise.all(
      Array.from({ length: writers }, async (_, writer) => {
        for (let batchNumber = 0; batchNumber < 20; batchNumber++) {
          await store.transaction(async (transaction) => {
            await transaction.append(Array.from({ length: batch }, (__, at) => rowOf(name, `${writer}-${at % 5}`)));
            await context.delay(random.fraction() * maxCommitDelayMs);
          });
          written += batch;
          relay.wake();
        }
      }),
    );
    context.recordInjection('rows with a delayed commit', written);
    const archive = await drained(context, url, written);
    context.note(
      `${written} rows of ${writers} writers: ${archive.archived} published, ${archive.late} of them after a row with a higher position`,
    );
    if (archive.inversions > 0)
      throw new Error(`${archive.inversions} rows were published before a row of their key with a lower sequence`);
    if (archive.late === 0) throw new Error('all commits were in the order of the positions: the fault had no effect');
  } finally {
    await relay.stop();
    await kafka.close();
    await dataSource.destroy();
  }
}

const readArchive = `
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

async function drained(context: ScenarioContext, url: string, rows: number): Promise<Archive> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await context.waitFor(
      `${rows} published rows`,
      async () => {
        const {
          rows: [archive],
        } = await client.query<Archive>(readArchive);
        return archive!.archived === rows && archive!;
      },
      120,
    );
  } finally {
    await client.end();
  }
}

export const outboxWriters: readonly Fault[] = [
  { id: 'F21', title: 'commits in another order than their positions', layout: 'usual', run: commitsOutOfOrder },
];
