import {
  type PartitionCount,
  type TopicPartition,
  allPartitionCounts,
  partitionCountOf,
  type RawPartitionCount,
} from '@tradewind/messaging/internals';
import type { DataSource } from 'typeorm';
import { upsertPartitionCount } from './recovery-sql.js';

export type RecoveredPartitionCount = Omit<PartitionCount, 'increasingTo'>;

type Connection = Pick<DataSource, 'query'>;

export const partitionCountsIn = async (connection: Connection): Promise<ReadonlyMap<string, PartitionCount>> =>
  new Map(
    (await connection.query<RawPartitionCount[]>(allPartitionCounts)).map((raw) => [raw.topic, partitionCountOf(raw)]),
  );

/** Saves what the relay continues with. A requested partition increase stays requested. */
export async function savePartitionCounts(
  connection: Connection,
  counts: readonly RecoveredPartitionCount[],
): Promise<void> {
  for (const { topic, partitions, previousEnds } of counts)
    await connection.query(upsertPartitionCount, [topic, partitions, previousEnds.map(String)]);
}

/** The end offsets of one topic, by partition. */
export const endsByPartition = (ends: readonly (TopicPartition & { readonly end: bigint })[]): bigint[] =>
  ends.toSorted((a, b) => a.partition - b.partition).map(({ end }) => end);
