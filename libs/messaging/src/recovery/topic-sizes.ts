import type { DataSource } from 'typeorm';
import type { TopicPartition } from '../kafka/kafka-client.js';
import { allSizes, sizeOf, type RawSize } from '../postgres/sizes-sql.js';
import type { TopicSize } from '../store/store.js';

export type Size = Omit<TopicSize, 'growingTo'>;

type Queries = Pick<DataSource, 'query'>;

const set = `
insert into msg_topics (topic, partitions, former_ends) values ($1, $2, $3::bigint[])
on conflict (topic) do update set partitions = excluded.partitions, former_ends = excluded.former_ends`;

export const sizesIn = async (dataSource: Queries): Promise<ReadonlyMap<string, TopicSize>> =>
  new Map((await dataSource.query<RawSize[]>(allSizes)).map((raw) => [raw.topic, sizeOf(raw)]));

/** What the relay goes on with. A growth that is wished for stays so. */
export async function setSizes(dataSource: Queries, sizes: readonly Size[]): Promise<void> {
  for (const { topic, partitions, after } of sizes) await dataSource.query(set, [topic, partitions, after.map(String)]);
}

/** By partition, of one topic. */
export const endsOf = (ends: readonly (TopicPartition & { readonly end: bigint })[]): bigint[] =>
  ends.toSorted((one, other) => one.partition - other.partition).map(({ end }) => end);
