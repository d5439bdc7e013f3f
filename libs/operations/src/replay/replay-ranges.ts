import type { KafkaClient, OffsetRange, TopicPartition } from '@tradewind/messaging';
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
): Promise<ReplayRanges> {
  const ends = await kafka.endOffsets(topics);
  const committed = new Map(
    (await kafka.committedOffsets(consumer, topics)).map((each) => [partitionName(each), each.offset]),
  );
  const starts = await offsetsOf(kafka, topics, from);
  const stops = to === undefined ? undefined : await offsetsOf(kafka, topics, to);
  for (const point of [from, to])
    if (point !== undefined && point !== 'beginning' && 'offset' in point) rejectUnknownPartition(ends, point);
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

const least = (...values: readonly bigint[]): bigint => values.reduce((a, b) => (a < b ? a : b));
