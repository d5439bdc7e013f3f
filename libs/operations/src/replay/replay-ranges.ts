import type { KafkaClient } from '@tradewind/messaging';
import type { InboxHorizon, OffsetRange, PartitionOffset, TopicPartition } from '@tradewind/messaging/internals';
import { ReplayRejected } from './replay-rejected.js';
import type { Point, ReplayRequest } from './replay-request.js';

/** By partition name. */
type Offsets = ReadonlyMap<string, bigint>;

export const partitionName = ({ topic, partition }: TopicPartition): string => `${topic}:${partition}`;

export interface ReplayRanges {
  readonly ranges: readonly OffsetRange[];
  /** The group's committed offsets: the group itself handles what comes after them. */
  readonly committed: Offsets;
}

/** The offset ranges of a request, by partition. */
export async function rangesOf(
  kafka: KafkaClient,
  topics: readonly string[],
  { consumer, from, to, reprocess }: ReplayRequest,
  decidedStarts: readonly PartitionOffset[],
): Promise<ReplayRanges> {
  const ends = notBefore(decidedStarts, await kafka.endOffsets(topics));
  const committed = new Map(
    (await kafka.committedOffsets(consumer, topics)).map((each) => [partitionName(each), each.offset]),
  );
  const starts = await offsetsOf(kafka, topics, from);
  const stops = to === undefined ? undefined : await offsetsOf(kafka, topics, to);
  for (const point of [from, to])
    if (point !== undefined && point !== 'beginning' && 'offset' in point) rejectUnknownPartition(ends, point);
  if (from !== 'beginning' && 'offset' in from) rejectDeletedRecords(ends, from);
  const ranges = ends.map(({ topic, partition, start, end }) => {
    const name = partitionName({ topic, partition });
    const first = starts === undefined ? start : (starts.get(name) ?? end);
    const last = reprocess
      ? end
      : least(end, committed.get(name) ?? 0n, stops === undefined ? end : (stops.get(name) ?? end));
    return { topic, partition, from: first < start ? start : first, to: last };
  });
  return { ranges: ranges.filter((range) => range.from < range.to), committed };
}

/** The same partitions, none starting before where its consumer started. */
export function notBefore<P extends TopicPartition & { readonly start: bigint; readonly end: bigint }>(
  decidedStarts: readonly PartitionOffset[],
  partitions: readonly P[],
): P[] {
  const starts = new Map(decidedStarts.map((each) => [partitionName(each), each.offset]));
  return partitions.map((each) => {
    const decided = starts.get(partitionName(each)) ?? each.start;
    const start = decided > each.start ? decided : each.start;
    return { ...each, start: start < each.end ? start : each.end };
  });
}

/** Undefined: from the start of each partition. A partition that is not in the result is not part of the replay. */
async function offsetsOf(kafka: KafkaClient, topics: readonly string[], point: Point): Promise<Offsets | undefined> {
  if (point === 'beginning') return undefined;
  if ('offset' in point) return new Map([[partitionName(point), point.offset]]);
  return new Map((await kafka.offsetsAt(topics, point.at)).map((each) => [partitionName(each), each.offset]));
}

function rejectUnknownPartition(ends: readonly TopicPartition[], point: TopicPartition): void {
  if (ends.some((each) => partitionName(each) === partitionName(point))) return;
  throw new ReplayRejected(
    `the consumer does not read ${point.topic} partition ${point.partition}; it reads ${[...new Set(ends.map(({ topic }) => topic))].join(', ')}`,
  );
}

function rejectDeletedRecords(
  ends: readonly (TopicPartition & { readonly start: bigint })[],
  point: TopicPartition & { readonly offset: bigint },
): void {
  const start = ends.find((each) => partitionName(each) === partitionName(point))?.start ?? 0n;
  if (point.offset >= start) return;
  throw new ReplayRejected(
    `the records of ${point.topic} partition ${point.partition} before offset ${start} were deleted: begin at ${start} or later`,
  );
}

/** Throws ReplayRejected where the inbox would skip every record, because the marks of a range are pruned. */
export function rejectPruned(
  ranges: readonly OffsetRange[],
  horizons: readonly InboxHorizon[],
  consumer: string,
): void {
  for (const { topic, partition, from } of ranges) {
    const horizon = horizons.find(
      (each) => each.consumer === consumer && each.topic === topic && each.partition === partition,
    );
    if (!horizon || from >= horizon.offset) continue;
    throw new ReplayRejected(
      `the inbox marks of ${consumer} on ${topic} partition ${partition} before offset ${horizon.offset} were pruned: all records before it count as handled, ` +
        `and none would be handled again. Begin at ${topic}/${partition}@${horizon.offset} or later, or reprocess`,
    );
  }
}

const least = (...values: readonly bigint[]): bigint => values.reduce((a, b) => (a < b ? a : b));
