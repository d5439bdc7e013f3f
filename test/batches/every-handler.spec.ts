import 'reflect-metadata';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { CartCheckedOut } from '@tradewind/contracts';
import { messageInfo, type MessageClass } from '@tradewind/messaging';
import { handlersOf } from '@tradewind/messaging/internals';
import { replyClassesOf } from '@tradewind/saga';
import type { ServiceDefinition } from '@tradewind/service';
import { handleBothWays, type BatchEquivalenceOptions, type ReceivedMessage } from '@tradewind/simulation';
import { cart } from '../../apps/cart/src/cart.module.js';
import { CartLines, Carts, Checkouts } from '../../apps/cart/src/storage/cart.tables.js';
import { order } from '../../apps/order/src/order.module.js';
import { payment } from '../../apps/payment/src/payment.module.js';
import { product } from '../../apps/product/src/product.module.js';
import { StockLevels } from '../../apps/product/src/storage/product.tables.js';
import { user } from '../../apps/user/src/user.module.js';
import { databaseServices, type DatabaseService } from '../../tools/services.js';

/** The fields of a message in its golden record. All golden records have the same order, buyer and product. */
function fieldsOf(message: MessageClass): Readonly<Record<string, unknown>> {
  const { type, version } = messageInfo(message);
  const file = new URL(`../../libs/contracts/records/${type}.v${version}.json`, import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { value: Record<string, unknown> }).value;
}

/** The sequence counts within topic and key. */
function inOrder(messages: readonly MessageClass[]): ReceivedMessage[] {
  const counts = new Map<string, number>();
  return messages.map((message) => {
    const { topic, key } = messageInfo(message);
    const fields = fieldsOf(message);
    const sequence = (counts.get(`${topic.name} ${String(fields[key])}`) ?? 0) + 1;
    counts.set(`${topic.name} ${String(fields[key])}`, sequence);
    return { message, fields, sequence };
  });
}

const { orderId, userId, lines, total, keyHash, bodyHash } = fieldsOf(CartCheckedOut) as unknown as CartCheckedOut;
const { productId, quantity, unitPrice } = lines[0]!;
const now = new Date('2026-01-01T00:00:00.000Z');

interface Tested {
  readonly definition: ServiceDefinition;
  readonly initialRows?: BatchEquivalenceOptions['initialRows'];
  /** Handled before each pair, in the same batch. */
  readonly first?: Readonly<Record<string, readonly MessageClass[]>>;
}

/** Every service with a database: each class that it handles is tested, so that a new handler cannot be forgotten. */
const tested: Readonly<Record<DatabaseService, Tested>> = {
  user: { definition: user },
  product: {
    definition: product,
    initialRows: [{ table: StockLevels, rows: [{ productId, available: 100, reserved: 0, sold: 0 }] }],
  },
  cart: {
    definition: cart,
    initialRows: [
      { table: Carts, rows: [{ userId, status: 'open', lines: 1 }] },
      {
        table: CartLines,
        rows: [{ lineId: `${userId}:${productId}`, userId, productId, quantity, unitPrice, putAt: now }],
      },
      {
        table: Checkouts,
        rows: [{ orderId, userId, status: 'checked-out', total, keyHash, bodyHash, checkedOutAt: now, sequence: 0n }],
      },
    ],
  },
  order: { definition: order, first: { order: [CartCheckedOut] } },
  payment: { definition: payment },
};

/** The message classes that the handlers and the sagas of a service handle, by consumer group. */
function handledBy({ messaging: { service, sagas = [] }, handlers }: ServiceDefinition): Map<string, MessageClass[]> {
  const groups = new Map<string, MessageClass[]>();
  if (sagas.length > 0) groups.set(service, [...new Set(sagas.flatMap(replyClassesOf))]);
  for (const { metadata } of handlers.flatMap((Handler) => handlersOf(new Handler()))) {
    const group = metadata.consumer === undefined ? service : `${service}.${metadata.consumer}`;
    groups.set(group, [...(groups.get(group) ?? []), metadata.message]);
  }
  return groups;
}

const groups = databaseServices.flatMap((service) =>
  [...handledBy(tested[service].definition)].map(([group, classes]) => ({ ...tested[service], group, classes })),
);

describe.each(groups)('the handlers of $group', ({ definition, initialRows = [], first = {}, group, classes }) => {
  const { messaging, handlers } = definition;
  const before = first[group] ?? [];
  const handle = (messages: readonly MessageClass[]) =>
    handleBothWays({ messaging, handlers, group, initialRows, messages: inOrder([...before, ...messages]) });

  it.each(classes.map((cls) => [cls.name, cls] as const))(
    'handle %s before and after every message, one by one as in one batch',
    async (_, cls) => {
      let succeeded = 0;
      for (const other of classes)
        for (const messages of [
          [cls, other],
          [other, cls],
        ]) {
          const { oneByOne, batched } = await handle(messages);
          expect({ messages, ...batched }).toEqual({ messages, ...oneByOne });
          if (batched.failures.length === 0) succeeded++;
        }
      expect(succeeded).toBeGreaterThan(0);
    },
  );
});
