import { isDeepStrictEqual } from 'node:util';
import type { Topic } from '@tradewind/messaging';
import type { MessagingOptions } from '@tradewind/messaging/internals';

export const workloadNames = ['stock', 'prices'] as const;
export type WorkloadName = (typeof workloadNames)[number];

/** Messages that are in Kafka before a consumer starts: as many, for so many products; the same seed gives the same messages. */
export interface Backlog {
  readonly workload: WorkloadName;
  readonly topic: Topic;
  readonly messages: number;
  readonly products: number;
  readonly seed: number;
}

/** A message for a product. Those of one product are numbered from 1. */
export interface ProductMessage {
  readonly product: string;
  readonly number: number;
}

export type ProductRow = object & { readonly product: string };

/** Who handles a backlog: the library with both kinds of handlers, and a consumer without it. */
export const consumerNames = ['decisions', 'transactional', 'bare'] as const;
export type ConsumerName = (typeof consumerNames)[number];

/** A service under measurement, as the library takes it. */
export interface Service {
  readonly options: MessagingOptions;
  /** `onDecided`: called for each message each time it is decided. */
  readonly controller: (handlers: ConsumerName, onDecided: () => void) => object;
  /** The consumer group. */
  readonly group: string;
  /** The topic of its events, if it publishes any. */
  readonly events: Topic | undefined;
}

/** What a consumer does with messages, and the rows that must be there afterwards. */
export interface Workload {
  readonly messageType: string;
  /** Creates its table. */
  readonly table: string;
  messages(backlog: Backlog): Iterable<ProductMessage>;
  service(name: string, topic: Topic): Service;
  /** The rows when each message was handled once, in the order of its key. */
  expectedRows(backlog: Backlog): readonly ProductRow[];
  /** The rows that messages have changed. */
  readRows(url: string): Promise<readonly ProductRow[]>;
}

export const productAt = (index: number): string => `product-${index}`;

/** Numbers the messages of each product. */
export function numbering(): (product: string) => number {
  const last = new Map<string, number>();
  return (product) => {
    const number = (last.get(product) ?? 0) + 1;
    last.set(product, number);
    return number;
  };
}

/** How rows differ from the expected ones; the first three differences as text, none when all are equal. */
export function differences(expected: readonly ProductRow[], found: readonly ProductRow[]): string[] {
  const rows = new Map(found.map((row) => [row.product, row]));
  const wrong = expected.flatMap((row) => {
    const other = rows.get(row.product);
    rows.delete(row.product);
    return isDeepStrictEqual(row, other) ? [] : [`${JSON.stringify(row)} is ${JSON.stringify(other) ?? 'missing'}`];
  });
  const all = [...wrong, ...[...rows.values()].map((row) => `unexpected ${JSON.stringify(row)}`)];
  return all.length <= 3 ? all : [...all.slice(0, 3), `and ${all.length - 3} more`];
}
