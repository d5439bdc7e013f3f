import type { KafkaClient } from '@tradewind/messaging';
import { partitionKey } from '@tradewind/messaging/internals';
import { queryAll, type Databases, type OfService } from '../databases/databases.js';

/** A consumer group and its topics, as the version of its service has them that ran last. */
export interface ConsumerGroup {
  readonly group: string;
  readonly topics: readonly string[];
}

/** How far a group is behind on one topic. */
export interface TopicLag {
  readonly group: string;
  readonly topic: string;
  readonly partitions: number;
  /** Records that are not committed. */
  readonly records: number;
  /** The place of the oldest of them, for `publishedSince`. Null without lag. */
  readonly next: { readonly partition: number; readonly offset: string } | null;
}

const groups = `
select c->>'group' as "group", c->'topics' as topics
from (select description from msg_descriptions order by seen_at desc, hash limit 1) d, jsonb_array_elements(d.description->'consumers') c order by 1`;

export const consumerGroups = (databases: Databases): Promise<OfService<ConsumerGroup>[]> =>
  queryAll<ConsumerGroup>(databases, groups);

/** The lag of these groups by topic. Two requests to the broker and one more a group. Rejects when the broker is unavailable. */
export async function consumerLag(
  kafka: Pick<KafkaClient, 'endOffsets' | 'committedOffsets'>,
  consumers: readonly OfService<ConsumerGroup>[],
): Promise<OfService<TopicLag>[]> {
  const ends = await kafka.endOffsets([...new Set(consumers.flatMap(({ topics }) => topics))]);
  const lags: OfService<TopicLag>[] = [];
  for (const { service, group, topics } of consumers) {
    const committed = new Map(
      (await kafka.committedOffsets(group, topics)).map((each) => [partitionKey(each), each.offset]),
    );
    for (const topic of topics) {
      const partitions = ends
        .filter((each) => each.topic === topic)
        .map(({ partition, start, end }) => {
          const offset = committed.get(partitionKey({ topic, partition })) ?? start;
          return { partition, offset, behind: end > offset ? end - offset : 0n };
        });
      const behind = partitions.filter((each) => each.behind > 0n);
      lags.push({
        ...{ service, group, topic },
        partitions: partitions.length,
        records: Number(behind.reduce((sum, each) => sum + each.behind, 0n)),
        next: behind[0] ? { partition: behind[0].partition, offset: String(behind[0].offset) } : null,
      });
    }
  }
  return lags;
}

/** The archive has no index by offset: only its newest rows are looked at. */
const since = `
select a.topic, min(a.occurred_at) as since
from (select topic, partition, record_offset, occurred_at from msg_outbox_archive order by position desc limit 20000) a
join unnest($1::text[], $2::int[], $3::bigint[]) as t(topic, partition, record_offset) using (topic, partition)
where a.record_offset >= t.record_offset group by a.topic`;

/** Since when the oldest record of each lag waits, or at least so long: by topic, where the archive of its publisher has it. */
export async function publishedSince(
  databases: Databases,
  lags: readonly TopicLag[],
): Promise<ReadonlyMap<string, Date>> {
  const behind = lags.filter((lag): lag is TopicLag & { next: NonNullable<TopicLag['next']> } => lag.next !== null);
  if (behind.length === 0) return new Map();
  const rows = await queryAll<{ topic: string; since: Date }>(databases, since, [
    behind.map(({ topic }) => topic),
    behind.map(({ next }) => next.partition),
    behind.map(({ next }) => next.offset),
  ]);
  return new Map(rows.map((row) => [row.topic, row.since]));
}
