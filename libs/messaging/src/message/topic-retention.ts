import { periodMs, type Period } from './period.js';

/**
 * A compacted topic whose replaced records must disappear: `compactWithin` is the longest time until the broker may remove a record that
 * a later one of its key replaces, and `keepTombstones` how long it keeps the tombstone of a key, so that a consumer that was away reads it.
 */
export interface TimedCompaction {
  readonly compactWithin: Period;
  readonly keepTombstones: Period;
}

/**
 * How long the broker keeps the records of a topic. `keep`: forever. `compact`, or a `TimedCompaction`: the latest record of each key.
 * Otherwise until they are older than `time`, or until a partition has more than `bytes`: then the topic alone recovers no database.
 */
export type TopicRetention = 'keep' | 'compact' | TimedCompaction | { readonly time?: Period; readonly bytes?: number };

const isTimed = (retention: TopicRetention): retention is TimedCompaction =>
  typeof retention === 'object' && 'compactWithin' in retention;

export const isCompacted = (retention: TopicRetention): boolean => retention === 'compact' || isTimed(retention);

/** Whether the broker deletes records that nothing replaces. */
export const deletesRecords = (retention: TopicRetention): boolean =>
  typeof retention === 'object' && !isCompacted(retention);

/** `keep`, `compact`, `compact within 1d`, `30d`, `1073741824 bytes`. */
export const retentionText = (retention: TopicRetention): string => {
  if (typeof retention === 'string') return retention;
  if (isTimed(retention)) return `compact within ${retention.compactWithin}`;
  return [retention.time, retention.bytes === undefined ? undefined : `${retention.bytes} bytes`]
    .filter((part) => part !== undefined)
    .join(' or ');
};

/** Milliseconds; undefined where the broker's own settings decide. */
export const compactionLimits = (
  retention: TopicRetention,
): { readonly withinMs: number; readonly tombstonesMs: number } | undefined =>
  isTimed(retention)
    ? { withinMs: periodMs(retention.compactWithin), tombstonesMs: periodMs(retention.keepTombstones) }
    : undefined;

const limitsOf = (retention: TopicRetention): { readonly time?: Period; readonly bytes?: number } =>
  typeof retention === 'object' && !isTimed(retention) ? retention : {};

/** Milliseconds and bytes that the broker keeps; undefined where there is no such limit. */
export const retentionLimits = (
  retention: TopicRetention,
): { readonly ms: number | undefined; readonly bytes: number | undefined } => {
  const { time, bytes } = limitsOf(retention);
  return { ms: time === undefined ? undefined : periodMs(time), bytes };
};

/** Throws a TypeError that names the topic. */
export function checkRetention(topic: string, retention: TopicRetention): void {
  if (retention === 'keep' || retention === 'compact') return;
  if (isTimed(retention)) {
    periodMs(retention.compactWithin);
    periodMs(retention.keepTombstones);
    return;
  }
  const { time, bytes } = limitsOf(retention);
  if (time === undefined && bytes === undefined)
    throw new TypeError(
      `the retention of ${topic} is 'keep', 'compact', { compactWithin: '1d', keepTombstones: '90d' }, { time: '30d' } or { bytes: 1_000_000_000 }`,
    );
  if (time !== undefined) periodMs(time);
  if (bytes !== undefined && !(Number.isSafeInteger(bytes) && bytes > 0))
    throw new TypeError(`the retention of ${topic} is a whole number of bytes, and not ${bytes}`);
}
