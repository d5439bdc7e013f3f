import type { DataSource } from 'typeorm';
import type { TopicPartition } from '../kafka/kafka-client.js';
import type { PublishedRow, TakenRow } from '../store/store.js';

const size = 1_000;

const page = `
select position, id, topic, key, type, version, sequence, payload, causation, correlation, traceparent, occurred_at as "occurredAt", headers, true as archived
from msg_outbox_archive where position > $1 order by position limit ${size}`;
const count = `select count(*)::int as n from msg_outbox_archive`;
const move = `
update msg_outbox_archive a set partition = w.partition, record_offset = w.record_offset
from unnest($1::bigint[], $2::int[], $3::bigint[]) as w(position, partition, record_offset)
where a.position = w.position and (a.partition <> w.partition or a.record_offset <> w.record_offset)`;
const reach = `
insert into msg_relay_positions (topic, partition, next_offset) select * from unnest($1::text[], $2::int[], $3::bigint[])
on conflict (topic, partition) do update set next_offset = excluded.next_offset`;

export const archivedRows = async (dataSource: DataSource): Promise<number> =>
  (await dataSource.query<{ n: number }[]>(count))[0]!.n;

/** Everything that was published, in the order in which it was said. */
export async function* archivePages(dataSource: DataSource): AsyncGenerator<readonly TakenRow[]> {
  for (let after = -1n; ;) {
    const raw = await dataSource.query<
      (Omit<TakenRow, 'position' | 'sequence'> & { readonly position: string; readonly sequence: string })[]
    >(page, [after.toString()]);
    if (raw.length === 0) return;
    const rows = raw.map((row) => ({ ...row, position: BigInt(row.position), sequence: BigInt(row.sequence) }));
    after = rows.at(-1)!.position;
    yield rows;
  }
}

/** Where rows lie now. */
export async function moveArchived(dataSource: DataSource, rows: readonly PublishedRow[]): Promise<void> {
  await dataSource.query(move, [
    rows.map((row) => row.position.toString()),
    rows.map((row) => row.partition),
    rows.map((row) => row.offset.toString()),
  ]);
}

/** Where what is known as published ends, be it before or behind what was known. */
export async function setPublishedTo(
  dataSource: Pick<DataSource, 'query'>,
  ends: readonly (TopicPartition & { readonly end: bigint })[],
): Promise<void> {
  await dataSource.query(reach, [
    ends.map(({ topic }) => topic),
    ends.map(({ partition }) => partition),
    ends.map(({ end }) => end.toString()),
  ]);
}
