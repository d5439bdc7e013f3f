import type { TopicPartition } from '@tradewind/messaging/internals';
import { ReplayRejected } from './replay-rejected.js';

/** Where a replay begins or ends: a time on all partitions, or an offset of one partition. */
export type Point = 'beginning' | { readonly at: Date } | (TopicPartition & { readonly offset: bigint });

/** Which messages are handled again, and how. */
export interface ReplayRequest {
  /** A consumer group of the service: `cart`, `cart.prices`. */
  readonly consumer: string;
  readonly from: Point;
  /** Default: the group's committed offset; with `reprocess` always the end of the topic. */
  readonly to?: Exclude<Point, 'beginning'>;
  /** Only records with this key. */
  readonly key?: string;
  /** Only messages of these types. */
  readonly types?: readonly string[];
  /** Applies projections again, even if the message was handled before. */
  readonly reprocess?: {
    /** Types whose policies run again, with all that they publish. */
    readonly policies: readonly string[];
    /** Effects that these policies may schedule again. */
    readonly effects: readonly string[];
  };
  /** Leaves no capacity to the running services. */
  readonly noThrottle?: boolean;
}

/** Throws ReplayRejected. */
export function checkRequest({ to, reprocess, from }: ReplayRequest): void {
  if (reprocess && to !== undefined) {
    throw new ReplayRejected(
      'a reprocess always runs to the end of the topic, or old values would replace newer ones: leave out --to',
    );
  }
  if (from !== 'beginning' && 'at' in from && Number.isNaN(from.at.getTime()))
    throw new ReplayRejected('the start time is invalid');
}

/** As JSON, for the row from which a replay is resumed. */
export const writeRequest = (request: ReplayRequest): object =>
  JSON.parse(
    JSON.stringify(request, (_, value: unknown) => (typeof value === 'bigint' ? value.toString() : value)),
  ) as object;

export function readRequest(json: object): ReplayRequest {
  const { from, to, ...rest } = json as Omit<ReplayRequest, 'from' | 'to'> & {
    readonly from: RawPoint;
    readonly to?: Exclude<RawPoint, 'beginning'>;
  };
  return { ...rest, from: from === 'beginning' ? from : readPoint(from), ...(to && { to: readPoint(to) }) };
}

type RawPoint = 'beginning' | { readonly at: string } | (TopicPartition & { readonly offset: string });

const readPoint = (point: Exclude<RawPoint, 'beginning'>): Exclude<Point, 'beginning'> =>
  'at' in point ? { at: new Date(point.at) } : { ...point, offset: BigInt(point.offset) };
