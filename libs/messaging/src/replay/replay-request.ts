import type { TopicPartition } from '../kafka/kafka-client.js';

/** Where a replay begins or ends: everywhere at a time, or at one offset of one partition. */
export type Point = 'beginning' | { readonly at: Date } | (TopicPartition & { readonly offset: bigint });

export interface ReplayRequest {
  /** A consumer group of the service: `cart`, `cart.prices`. */
  readonly consumer: string;
  readonly from: Point;
  /** Default: as far as the group has read; with `reprocess`, to the very end. */
  readonly to?: Exclude<Point, 'beginning'>;
  /** Only records of this key. */
  readonly key?: string;
  /** Only messages of these types. */
  readonly types?: readonly string[];
  /** Projections are applied again, also where a message was handled before. */
  readonly reprocess?: {
    /** Types whose policies are run again, with all that they say. */
    readonly policies: readonly string[];
    /** Effects that these may wish for again. */
    readonly effects: readonly string[];
  };
  /** Do not leave room for what goes on meanwhile. */
  readonly fullSpeed?: boolean;
}

/** The request makes no sense, or asks for what would do harm. */
export class ReplayRefused extends Error {
  override readonly name = 'ReplayRefused';
}

/** Throws ReplayRefused with a sentence. */
export function checkRequest({ to, reprocess, from }: ReplayRequest): void {
  if (reprocess && to !== undefined) {
    throw new ReplayRefused(
      'a reprocess has no end of its own: a projection that stopped early would keep old values over newer ones; leave out --to',
    );
  }
  if (from !== 'beginning' && 'at' in from && Number.isNaN(from.at.getTime()))
    throw new ReplayRefused('the time to begin at is no time');
}

/** As JSON, for the row that a replay can be gone on with from. */
export const writtenRequest = (request: ReplayRequest): object =>
  JSON.parse(
    JSON.stringify(request, (_, value: unknown) => (typeof value === 'bigint' ? value.toString() : value)),
  ) as object;

export function readRequest(written: object): ReplayRequest {
  const { from, to, ...rest } = written as Omit<ReplayRequest, 'from' | 'to'> & {
    readonly from: WrittenPoint;
    readonly to?: Exclude<WrittenPoint, 'beginning'>;
  };
  return {
    ...rest,
    from: pointOf(from),
    ...(to === undefined ? {} : { to: pointOf(to) as Exclude<Point, 'beginning'> }),
  };
}

type WrittenPoint = 'beginning' | { readonly at: string } | (TopicPartition & { readonly offset: string });

function pointOf(written: WrittenPoint): Point {
  if (written === 'beginning') return written;
  return 'at' in written ? { at: new Date(written.at) } : { ...written, offset: BigInt(written.offset) };
}
