import type { PartitionOffset, PublishedRow, TopicPartition, UnpublishedRow } from '@tradewind/messaging/internals';
import type { DataSource } from 'typeorm';
import { singleRow } from '../single-row.js';
import {
  countArchive,
  selectArchiveHorizons,
  selectArchivePage,
  updateArchivedOffsets,
  upsertPublishedEnds,
} from './recovery-sql.js';

export const archivedRowCount = async (dataSource: DataSource): Promise<number> =>
  singleRow(await dataSource.query<{ n: number }[]>(countArchive)).n;

/** A row with the partition and the offset at which it was published. */
export type ArchivedRow = UnpublishedRow & Pick<PublishedRow, 'partition' | 'offset'>;

/** Everything that was published and not pruned, in the order in which it was put into the outbox. */
export async function* archivePages(dataSource: DataSource): AsyncGenerator<readonly ArchivedRow[]> {
  for (let last = -1n; ;) {
    const raw = await dataSource.query<
      (Omit<ArchivedRow, 'position' | 'sequence' | 'offset'> & Record<'position' | 'sequence' | 'offset', string>)[]
    >(selectArchivePage, [last.toString()]);
    const rows = raw.map((row) => ({
      ...row,
      position: BigInt(row.position),
      sequence: BigInt(row.sequence),
      offset: BigInt(row.offset),
    }));
    const end = rows.at(-1);
    if (!end) return;
    last = end.position;
    yield rows;
  }
}

/** Saves partitions and offsets of archived rows. */
export async function saveArchivedOffsets(dataSource: DataSource, rows: readonly PublishedRow[]): Promise<void> {
  await dataSource.query(updateArchivedOffsets, [
    rows.map((row) => row.position.toString()),
    rows.map((row) => row.partition),
    rows.map((row) => row.offset.toString()),
  ]);
}

/** Saves up to which offsets the topics are known as published. */
export async function savePublishedEnds(
  dataSource: Pick<DataSource, 'query'>,
  ends: readonly (TopicPartition & { readonly end: bigint })[],
): Promise<void> {
  await dataSource.query(upsertPublishedEnds, [
    ends.map(({ topic }) => topic),
    ends.map(({ partition }) => partition),
    ends.map(({ end }) => end.toString()),
  ]);
}

/** The offsets before which rows of the archive may have been pruned. */
export async function archiveHorizons(dataSource: DataSource): Promise<PartitionOffset[]> {
  const rows = await dataSource.query<(TopicPartition & { readonly offset: string })[]>(selectArchiveHorizons);
  return rows.map((row) => ({ ...row, offset: BigInt(row.offset) }));
}
