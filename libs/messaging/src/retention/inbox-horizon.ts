import { partitionKey, type InboxSample, type PartitionOffset } from '../ports/index.js';

const hourMs = 3_600_000;
const samplesInPeriod = 24;

/**
 * Time between the marks that are pruned and the sample whose ends cover them. It absorbs a clock of the database that was set back,
 * partitions that the broker did not show at once, and messages that waited in an outbox.
 */
export const toleranceMs = (keepMs: number): number => Math.min(2 * hourMs, keepMs / 2);

export const sampleIntervalMs = (keepMs: number): number => keepMs / samplesInPeriod;

/**
 * The newest sample that is old enough and whose ends have passed: every mark that is older belongs to a record before these ends, and
 * none of these records arrives again. `passed`: the committed offset of each partition, or the beginning of its log if that is later.
 */
export function horizonSample(
  samples: readonly InboxSample[],
  passed: readonly PartitionOffset[],
  now: Date,
  keepMs: number,
): InboxSample | undefined {
  const offsets = new Map(passed.map((each) => [partitionKey(each), each.offset]));
  return samples.findLast(
    ({ at, ends }) =>
      now.getTime() - at.getTime() >= keepMs &&
      ends.every((end) => (offsets.get(partitionKey(end)) ?? 0n) >= end.offset),
  );
}

/** Marks that were received before are pruned with the horizons of the sample. */
export const marksBefore = ({ at }: InboxSample, keepMs: number): Date => new Date(at.getTime() - toleranceMs(keepMs));
