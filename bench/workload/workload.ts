import type { Topic } from '@tradewind/messaging';
import type { MessagingOptions } from '@tradewind/messaging/internals';

export const workloadNames = ['stock', 'prices'] as const;
export type WorkloadName = (typeof workloadNames)[number];

/** The messages of a backlog: as many, for so many products; the same seed gives the same messages. */
export interface Extent {
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

/** A service under measurement, as the library takes it. */
export interface Service {
  readonly options: MessagingOptions;
  readonly controller: object;
  /** The consumer group. */
  readonly group: string;
  /** The topic of its events, if it publishes any. */
  readonly events: Topic | undefined;
}

export const handlerKinds = ['decisions', 'transactional'] as const;
export type HandlerKind = (typeof handlerKinds)[number];

export interface ServiceOptions {
  /** Default: decisions. */
  readonly handlers?: HandlerKind;
  /** Called for each message each time it is decided. */
  readonly onDecided?: () => void;
}

/** What a consumer does with messages, and the rows that must be there afterwards. */
export interface Workload {
  readonly messageType: string;
  messages(extent: Extent): Iterable<ProductMessage>;
  service(name: string, topic: Topic, options?: ServiceOptions): Service;
  /** The rows when each message was handled once, in the order of its key. */
  expectedRows(extent: Extent): readonly ProductRow[];
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
    return other && textOf(row) === textOf(other)
      ? []
      : [`${JSON.stringify(row)} is ${JSON.stringify(other) ?? 'missing'}`];
  });
  const all = [...wrong, ...[...rows.values()].map((row) => `unexpected ${JSON.stringify(row)}`)];
  return all.length <= 3 ? all : [...all.slice(0, 3), `and ${all.length - 3} more`];
}

const textOf = (row: object): string => JSON.stringify(Object.entries(row).sort(([a], [b]) => (a < b ? -1 : 1)));
