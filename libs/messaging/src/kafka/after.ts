import type { IncomingRecord } from './kafka-client.js';

/**
 * Of a topic that has grown: where each partition that it had before ended. Keys move when partitions are added; a record that
 * carries this comes after everything that lay on the topic until then, whatever partition either lies on.
 */
export type After = readonly bigint[];

/** The extension of the envelope that tells it, offsets by partition: `1042,977,1003`. */
const header = 'ce_after';

export const headerOf = (after: After): Readonly<Record<string, string>> =>
  after.some((end) => end > 0n) ? { [header]: after.join(',') } : {};

/** As the record has it, to compare; undefined where its topic had not grown. */
export const afterText = ({ headers }: Pick<IncomingRecord, 'headers'>): string | undefined => headers[header];

/** Undefined where there is none that can be read: who wrote it was no relay, and has no order to keep. */
export function afterOf(record: Pick<IncomingRecord, 'headers'>): After | undefined {
  const text = afterText(record);
  return text !== undefined && /^\d{1,18}(,\d{1,18})*$/.test(text) ? text.split(',').map(BigInt) : undefined;
}

/**
 * Whether everything before it is done: `reached` tells how far a partition is, undefined where that is of no matter. What the topic
 * does not hold, as far as `ends` tells, is not waited for: a topic that was restored may have lost it.
 */
export const isFulfilled = (
  after: After,
  reached: (partition: number) => bigint | undefined,
  ends: ReadonlyMap<number, bigint>,
): boolean =>
  after.every((end, partition) => {
    const next = reached(partition);
    return next === undefined || next >= end || next >= (ends.get(partition) ?? end);
  });
