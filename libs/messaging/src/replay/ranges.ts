import type { KafkaClient, OffsetRange, TopicPartition } from '../kafka/kafka-client.js';
import { ReplayRefused, type Point, type ReplayRequest } from './replay-request.js';

type Positions = ReadonlyMap<string, bigint>;

export const placeOf = ({ topic, partition }: TopicPartition): string => `${topic}:${partition}`;

export interface Extent {
  readonly ranges: readonly OffsetRange[];
  /** How far the group has read each partition: what lies behind it is its own to handle. */
  readonly read: Positions;
}

/** What of the topics a request means, partition by partition. */
export async function extentOf(
  kafka: KafkaClient,
  topics: readonly string[],
  { consumer, from, to, reprocess }: ReplayRequest,
): Promise<Extent> {
  const ends = await kafka.endOffsets(topics);
  const read = new Map((await kafka.committed(consumer, topics)).map((each) => [placeOf(each), each.next]));
  const begins = await offsetsOf(kafka, topics, from);
  const stops = to === undefined ? undefined : await offsetsOf(kafka, topics, to);
  for (const point of [from, to])
    if (point !== undefined && point !== 'beginning' && 'offset' in point) refuseUnknown(ends, point);
  const ranges = ends.map(({ topic, partition, start, end }) => {
    const place = placeOf({ topic, partition });
    const first = begins === undefined ? start : (begins.get(place) ?? end);
    const last = reprocess
      ? end
      : least(end, read.get(place) ?? 0n, stops === undefined ? end : (stops.get(place) ?? end));
    return { topic, partition, from: first < start ? start : first, to: last };
  });
  return { ranges: ranges.filter((range) => range.from < range.to), read };
}

/** Undefined: from the start of each. A partition that is left out is not meant. */
async function offsetsOf(kafka: KafkaClient, topics: readonly string[], point: Point): Promise<Positions | undefined> {
  if (point === 'beginning') return undefined;
  if ('offset' in point) return new Map([[placeOf(point), point.offset]]);
  return new Map((await kafka.offsetsAt(topics, point.at)).map((each) => [placeOf(each), each.offset]));
}

function refuseUnknown(ends: readonly TopicPartition[], point: TopicPartition): void {
  if (ends.some((each) => placeOf(each) === placeOf(point))) return;
  throw new ReplayRefused(
    `the consumer does not read ${point.topic} partition ${point.partition}; it reads ${[...new Set(ends.map(({ topic }) => topic))].join(', ')}`,
  );
}

const least = (...values: readonly bigint[]): bigint => values.reduce((a, b) => (a < b ? a : b));
