import type { Topic } from '../contract/index.js';
import type { Acknowledged, OutgoingRecord, Publisher, TopicPartition } from '../kafka/kafka-client.js';
import { partitionOf } from '../kafka/murmur2.js';
import { batchesOf } from '../outbox/batches.js';
import { headersOf } from '../outbox/envelope.js';
import { ownTopics } from '../outbox/own-topics.js';
import type { PublishedRow, TakenRow } from '../store/store.js';
import { archivedRows, archivePages, moveArchived, setPublishedTo } from './archive-sql.js';
import { endsOf, setSizes, sizesIn, type Size } from './topic-sizes.js';
import { Counter, recordDeed, refuseCompany, type RecoveryContext } from './recovery-context.js';

type Place = Pick<PublishedRow, 'partition' | 'offset'>;

export interface RecoveredTopics {
  readonly topics: readonly { readonly topic: string; readonly records: number; readonly published: number }[];
  readonly seconds: number;
  readonly perSecond: number;
}

/**
 * Brings the topics that a service writes back from the archive of its outbox, after Kafka was lost or restored to an earlier
 * moment: what is missing is published again, each key in its order, with the same ids, sequences and headers. What is there
 * stays. May be repeated, after a failure too. Only then may `recoverPositions` follow, for every service.
 */
export async function recoverTopics(context: RecoveryContext): Promise<RecoveredTopics> {
  await refuseCompany(context);
  const { kafka, dataSource, options } = context;
  const own = ownTopics(options);
  const sizes = await sizedAgain(context, own);
  const kept = own.filter(({ retention }) => retention === 'keep');
  const found = await placesOn(context, kept);
  const counter = new Counter(context, `publishing what ${options.service} has said`, await archivedRows(dataSource));
  const published = new Map<string, number>();
  const again = new Again(await kafka.publisher(), options.service, sizes);
  try {
    for await (const rows of archivePages(dataSource)) {
      const missing = rows.filter(({ id }) => !found.has(id));
      const there = rows.flatMap(({ id, position }): PublishedRow[] =>
        found.has(id) ? [{ position, ...found.get(id)! }] : [],
      );
      await moveArchived(dataSource, [...there, ...(await again.publish(missing))]);
      for (const { topic } of missing) published.set(topic, (published.get(topic) ?? 0) + 1);
      counter.add(rows.length);
    }
  } finally {
    await again.close();
  }
  counter.tell();
  const ends = await kafka.endOffsets(own.map(({ name }) => name));
  await setPublishedTo(dataSource, ends);
  await setSizes(dataSource, [...sizes.values()]);
  const topics = own.map(({ name }) => ({
    topic: name,
    records: recordsOn(name, ends),
    published: published.get(name) ?? 0,
  }));
  await recordDeed(context, 'recover topics', { topics });
  return { topics, seconds: counter.seconds, perSecond: counter.perSecond };
}

/**
 * Makes the topics as large as they had grown. Of what is published again on one that has, each record comes after all that is there
 * already; on one that is empty, everything lies where its key belongs now, and nothing has to wait.
 */
async function sizedAgain(
  { kafka, dataSource }: RecoveryContext,
  own: readonly Topic[],
): Promise<ReadonlyMap<string, Size>> {
  await kafka.provision(own);
  const known = await sizesIn(dataSource);
  const sizes = new Map<string, Size>();
  for (const { name, partitions: declared } of own) {
    const { partitions, after: former } = known.get(name) ?? { partitions: declared, after: [] };
    if ((await kafka.endOffsets([name])).length < partitions) await kafka.grow(name, partitions);
    const after = former.length === 0 ? [] : endsOf(await kafka.endOffsets([name]));
    sizes.set(name, { topic: name, partitions, after: after.some((end) => end > 0n) ? after : [] });
  }
  return sizes;
}

const recordsOn = (
  topic: string,
  ends: readonly (TopicPartition & { readonly end: bigint; readonly start: bigint })[],
): number => Number(ends.filter((each) => each.topic === topic).reduce((sum, { start, end }) => sum + end - start, 0n));

/** Where each message lies; of one that was published twice, its later record, as the archive has it. */
async function placesOn(context: RecoveryContext, topics: readonly Topic[]): Promise<ReadonlyMap<string, Place>> {
  const { kafka, options } = context;
  const ends = await kafka.endOffsets(topics.map(({ name }) => name));
  const places = new Map<string, Place>();
  const counter = new Counter(
    context,
    `reading what ${options.service} has on its topics`,
    Number(ends.reduce((sum, { start, end }) => sum + end - start, 0n)),
  );
  await kafka.read({
    ranges: ends.map(({ topic, partition, start, end }) => ({ topic, partition, from: start, to: end })),
    onRecords: (records) => {
      for (const { headers, partition, offset } of records)
        if (headers['ce_id'] !== undefined) places.set(headers['ce_id'], { partition, offset });
      counter.add(records.length);
      return Promise.resolve();
    },
  });
  counter.tell();
  return places;
}

/** Publishes rows as the relay does, and tells where they lie. After a rejection nothing more is published: the topics are read anew. */
class Again {
  constructor(
    private readonly publisher: Publisher,
    private readonly source: string,
    private readonly sizes: ReadonlyMap<string, Size>,
  ) {}

  async publish(rows: readonly TakenRow[]): Promise<PublishedRow[]> {
    const published: PublishedRow[] = [];
    for (const batch of batchesOf(rows)) {
      const records = batch.map((row) => this.#recordOf(row));
      published.push(...placed(batch, records, await this.publisher.publish(records)));
    }
    return published;
  }

  close(): Promise<void> {
    return this.publisher.close();
  }

  #recordOf(row: TakenRow): OutgoingRecord {
    const size = this.sizes.get(row.topic);
    if (!size)
      throw new TypeError(
        `the archive holds messages of ${row.topic}, which ${this.source} does not write any more: declare the topic in the contracts`,
      );
    return {
      topic: row.topic,
      partition: partitionOf(row.key, size.partitions),
      key: row.key,
      value: row.payload,
      headers: headersOf(row, this.source, size.after),
    };
  }
}

/** The broker tells the first offset of each partition, and they rise by one in the order sent. */
function placed(
  rows: readonly TakenRow[],
  records: readonly OutgoingRecord[],
  acknowledged: readonly Acknowledged[],
): PublishedRow[] {
  const next = new Map(acknowledged.map(({ topic, partition, baseOffset }) => [`${topic}:${partition}`, baseOffset]));
  return rows.map(({ position }, index) => {
    const { topic, partition } = records[index]!;
    const offset = next.get(`${topic}:${partition}`)!;
    next.set(`${topic}:${partition}`, offset + 1n);
    return { position, partition, offset };
  });
}
