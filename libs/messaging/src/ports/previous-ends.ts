import type { IncomingRecord } from './kafka-client.js';

/**
 * The ends of the partitions that a topic had before its last partition increase, by partition. An increase moves keys to
 * other partitions; a record with these ends comes after everything that was on the topic before the increase.
 */
export type PreviousEnds = readonly bigint[];

/** Header with the offsets by partition: `1042,977,1003`. */
const header = 'ce_previousends';

export const previousEndsHeader = (ends: PreviousEnds): Readonly<Record<string, string>> =>
  ends.some((end) => end > 0n) ? { [header]: ends.join(',') } : {};

/** The header's text, for comparison; undefined where the topic had no partition increase. */
export const previousEndsText = ({ headers }: Pick<IncomingRecord, 'headers'>): string | undefined => headers[header];

/** Undefined where the header is missing or not readable: such a record was not written by a relay and has no order to keep. */
export function previousEndsOf(record: Pick<IncomingRecord, 'headers'>): PreviousEnds | undefined {
  const text = previousEndsText(record);
  return text !== undefined && /^\d{1,18}(,\d{1,18})*$/.test(text) ? text.split(',').map(BigInt) : undefined;
}

/**
 * Whether everything before the increase is done. `reached` gives the offset up to which a partition is done; undefined where that
 * partition does not matter. Offsets beyond the end of the topic are not waited for: a restored topic may have lost them.
 */
export const hasReached = (
  previousEnds: PreviousEnds,
  reached: (partition: number) => bigint | undefined,
  ends: ReadonlyMap<number, bigint>,
): boolean => unreached(previousEnds, reached, ends).length === 0;

/** The partitions that are not done, with the offset that each must reach. Arguments as of `hasReached`. */
export const unreached = (
  previousEnds: PreviousEnds,
  reached: (partition: number) => bigint | undefined,
  ends: ReadonlyMap<number, bigint>,
): readonly { readonly partition: number; readonly end: bigint }[] =>
  previousEnds.flatMap((previous, partition) => {
    const offset = reached(partition);
    const present = ends.get(partition) ?? previous;
    const end = present < previous ? present : previous;
    return offset === undefined || offset >= end ? [] : [{ partition, end }];
  });
