import { periodMs, type Period } from './period.js';

/**
 * How long the broker keeps the records of a topic. `keep`: forever. `compact`: the latest record of each key. Otherwise until they are
 * older than `time`, or until a partition has more than `bytes`: then the topic alone recovers no database.
 */
export type TopicRetention = 'keep' | 'compact' | { readonly time?: Period; readonly bytes?: number };

/** Whether the broker deletes records that nothing replaces. */
export const deletesRecords = (retention: TopicRetention): boolean => typeof retention === 'object';

/** `keep`, `compact`, `30d`, `1073741824 bytes`. */
export const retentionText = (retention: TopicRetention): string =>
  typeof retention === 'string'
    ? retention
    : [retention.time, retention.bytes === undefined ? undefined : `${retention.bytes} bytes`]
        .filter((part) => part !== undefined)
        .join(' or ');

/** Milliseconds and bytes that the broker keeps; undefined where there is no such limit. */
export const retentionLimits = (
  retention: TopicRetention,
): { readonly ms: number | undefined; readonly bytes: number | undefined } => ({
  ms: typeof retention === 'object' && retention.time !== undefined ? periodMs(retention.time) : undefined,
  bytes: typeof retention === 'object' ? retention.bytes : undefined,
});

/** Throws a TypeError that names the topic. */
export function checkRetention(topic: string, retention: TopicRetention): void {
  if (retention === 'keep' || retention === 'compact') return;
  const { time, bytes } = typeof retention === 'object' ? retention : {};
  if (time === undefined && bytes === undefined)
    throw new TypeError(`the retention of ${topic} is 'keep', 'compact', { time: '30d' } or { bytes: 1_000_000_000 }`);
  if (time !== undefined) periodMs(time);
  if (bytes !== undefined && !(Number.isSafeInteger(bytes) && bytes > 0))
    throw new TypeError(`the retention of ${topic} is a whole number of bytes, and not ${bytes}`);
}
