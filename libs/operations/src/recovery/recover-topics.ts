import type { Topic } from '@tradewind/messaging';
import {
  headersOf,
  ownTopics,
  type Acknowledged,
  type OutgoingRecord,
  type PartitionOffset,
  type PublishedRow,
  type Publisher,
  type TopicPartition,
  type UnpublishedRow,
  deletesRecords,
  partitionOf,
  retentionLimits,
  sendBatches,
  isCompacted,
} from '@tradewind/messaging/internals';
import {
  archivedRowCount,
  archiveHorizons,
  archivePages,
  type ArchivedRow,
  saveArchivedOffsets,
  savePublishedEnds,
} from './archive.js';
import {
  endsByPartition,
  partitionCountsIn,
  savePartitionCounts,
  type RecoveredPartitionCount,
} from './partition-counts.js';
import { recordCount, wholeRanges } from './read-published.js';
import { recordRecovery, rejectRunningService, StepProgress, type RecoveryContext } from './recovery-context.js';

type Place = Pick<PublishedRow, 'partition' | 'offset'>;

/** The records that were published again. */
export interface RecoveredTopics {
  readonly topics: readonly { readonly topic: string; readonly records: number; readonly published: number }[];
  /** Partitions of which older records were lost and are published no more: their archive was pruned before these offsets. */
  readonly pruned: readonly PartitionOffset[];
  readonly seconds: number;
  readonly perSecond: number;
}

/**
 * Recovers the topics of a service from the archive of its outbox, after Kafka was lost or restored to an earlier time: missing
 * records are published again, in the order of each key, with the same ids, sequences and headers. Existing records stay. May be
 * repeated, also after a failure. `recoverOffsets` follows, after the topics of every service are recovered.
 */
export async function recoverTopics(context: RecoveryContext): Promise<RecoveredTopics> {
  await rejectRunningService(context);
  const { kafka, dataSource, options } = context;
  const own = ownTopics(options);
  const counts = await recoverPartitions(context, own);
  const archived = own.filter(({ retention }) => !isCompacted(retention));
  const found = await placesOn(context, archived);
  const isExpired = await expiredRows(context, archived);
  const rowCount = await archivedRowCount(dataSource);
  const progress = new StepProgress(context, `publishing the archive of ${options.service}`, rowCount);
  const published = new Map<string, number>();
  const publisher = new ArchivePublisher(await kafka.publisher(), options.service, counts);
  try {
    for await (const rows of archivePages(dataSource)) {
      const missing = rows.filter((row) => !found.has(row.id) && !isExpired(row));
      const existing = rows.flatMap(({ id, position }): PublishedRow[] => {
        const place = found.get(id);
        return place ? [{ position, ...place }] : [];
      });
      await saveArchivedOffsets(dataSource, [...existing, ...(await publisher.publish(missing))]);
      for (const { topic } of missing) published.set(topic, (published.get(topic) ?? 0) + 1);
      progress.add(rows.length);
    }
  } finally {
    await publisher.close();
  }
  progress.report();
  const ends = await kafka.endOffsets(own.map(({ name }) => name));
  await savePublishedEnds(dataSource, ends);
  await savePartitionCounts(dataSource, [...counts.values()]);
  const topics = own.map(({ name }) => ({
    topic: name,
    records: recordCount(ends.filter(({ topic }) => topic === name)),
    published: published.get(name) ?? 0,
  }));
  const incomplete = new Set(topics.filter(({ published: again }) => again > 0).map(({ topic }) => topic));
  const pruned = (await archiveHorizons(dataSource)).filter(({ topic }) => incomplete.has(topic));
  await recordRecovery(context, 'recover topics', {
    topics,
    pruned: pruned.map((each) => ({ ...each, offset: each.offset.toString() })),
  });
  return { topics, pruned, seconds: progress.seconds, perSecond: progress.perSecond };
}

/** Which rows a topic with finite retention has lost by it: these are not published again. */
async function expiredRows(
  { kafka, ports }: RecoveryContext,
  topics: readonly Topic[],
): Promise<(row: ArchivedRow) => boolean> {
  const finite = topics.filter(({ retention }) => deletesRecords(retention));
  const limits = new Map(finite.map(({ name, retention }) => [name, retentionLimits(retention)]));
  const ends = await kafka.endOffsets(finite.map(({ name }) => name));
  const starts = new Map(ends.map((each) => [nameOf(each), each.start]));
  const now = ports.clock.now().getTime();
  return ({ topic, partition, offset, occurredAt }) => {
    const limit = limits.get(topic);
    if (!limit) return false;
    const isTooOld = limit.ms !== undefined && now - occurredAt.getTime() > limit.ms;
    return isTooOld || offset < (starts.get(nameOf({ topic, partition })) ?? 0n);
  };
}

/**
 * Gives the topics the partitions that they had. On a topic with a partition increase, each record that is published again comes
 * after all existing records; on an empty topic all records go to the current partition of their key, and none has to wait.
 */
async function recoverPartitions(
  { kafka, dataSource }: RecoveryContext,
  own: readonly Topic[],
): Promise<ReadonlyMap<string, RecoveredPartitionCount>> {
  await kafka.provision(own);
  const known = await partitionCountsIn(dataSource);
  const counts = new Map<string, RecoveredPartitionCount>();
  for (const { name, partitions: declared } of own) {
    const { partitions, previousEnds } = known.get(name) ?? { partitions: declared, previousEnds: [] };
    if ((await kafka.endOffsets([name])).length < partitions) await kafka.increasePartitions(name, partitions);
    const ends = previousEnds.length === 0 ? [] : endsByPartition(await kafka.endOffsets([name]));
    counts.set(name, { topic: name, partitions, previousEnds: ends.some((end) => end > 0n) ? ends : [] });
  }
  return counts;
}

/** Partition and offset of each message; of a message that was published twice, those of its later record, as in the archive. */
async function placesOn(context: RecoveryContext, topics: readonly Topic[]): Promise<ReadonlyMap<string, Place>> {
  const { kafka, options } = context;
  const ends = await kafka.endOffsets(topics.map(({ name }) => name));
  const places = new Map<string, Place>();
  const progress = new StepProgress(context, `reading the topics of ${options.service}`, recordCount(ends));
  await kafka.read({
    ranges: wholeRanges(ends),
    onRecords: (records) => {
      for (const { headers, partition, offset } of records)
        if (headers['ce_id'] !== undefined) places.set(headers['ce_id'], { partition, offset });
      progress.add(records.length);
      return Promise.resolve();
    },
  });
  progress.report();
  return places;
}

/** Publishes rows as the relay does and returns their offsets. After a failed send nothing more is published: run the recovery again. */
class ArchivePublisher {
  constructor(
    private readonly publisher: Publisher,
    private readonly source: string,
    private readonly counts: ReadonlyMap<string, RecoveredPartitionCount>,
  ) {}

  async publish(rows: readonly UnpublishedRow[]): Promise<PublishedRow[]> {
    const published: PublishedRow[] = [];
    for (const batch of sendBatches(rows)) {
      const outgoing = batch.map((row) => ({ position: row.position, record: this.#recordOf(row) }));
      const acknowledged = await this.publisher.publish(outgoing.map(({ record }) => record));
      published.push(...withOffsets(outgoing, acknowledged));
    }
    return published;
  }

  close(): Promise<void> {
    return this.publisher.close();
  }

  #recordOf(row: UnpublishedRow): OutgoingRecord {
    const count = this.counts.get(row.topic);
    if (!count)
      throw new TypeError(
        `the archive has messages of ${row.topic}, which ${this.source} does not write any more: declare the topic in the contracts`,
      );
    return {
      topic: row.topic,
      partition: partitionOf(row.key, count.partitions),
      key: row.key,
      value: row.payload,
      headers: headersOf(row, this.source, count.previousEnds),
    };
  }
}

/** The broker returns the first offset of each partition; the others follow in the order sent. */
function withOffsets(
  outgoing: readonly { readonly position: bigint; readonly record: OutgoingRecord }[],
  acknowledged: readonly Acknowledged[],
): PublishedRow[] {
  const next = new Map(acknowledged.map((each) => [nameOf(each), each.baseOffset]));
  return outgoing.map(({ position, record }) => {
    const name = nameOf(record);
    const offset = next.get(name);
    if (offset === undefined) throw new Error(`the broker did not acknowledge the records of ${name}`);
    next.set(name, offset + 1n);
    return { position, partition: record.partition, offset };
  });
}

const nameOf = ({ topic, partition }: TopicPartition): string => `${topic}:${partition}`;
