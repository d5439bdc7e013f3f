/**
 * The message types that each consumer handles, by topic. Written by hand, so that the audit finds a missing or an additional handler
 * without knowing the services' code. A spec compares it with their controllers.
 */
export const consumedTypes: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  product: {
    'stock.commands': ['stock.reserve', 'stock.release', 'stock.sell', 'stock.take-back'],
  },
  payment: {
    'payment.commands': ['payment.take', 'payment.refund'],
  },
  cart: {
    'order.events': ['order.placed', 'order.confirmed', 'order.rejected', 'order.cancelled'],
    'user.events': ['user.forgotten'],
  },
  'cart.prices': {
    'product.events': ['product.added', 'product.renamed', 'product.repriced'],
  },
  order: {
    'cart.events': ['cart.checked-out'],
    'stock.events': ['stock.reserved', 'stock.refused', 'stock.released', 'stock.sold', 'stock.taken-back'],
    'payment.events': ['payment.taken', 'payment.declined', 'payment.refunded', 'payment.goodwill-refunded'],
    'user.events': ['user.forgotten'],
  },
  'order.prices': {
    'product.events': ['product.added', 'product.renamed', 'product.repriced'],
  },
};

/** Consumers of compacted topics. Compaction removes handled records, so their inboxes can't be compared with a topic. */
export const compactedTopicConsumers: readonly string[] = [
  'user.keys',
  'product.keys',
  'cart.keys',
  'order.keys',
  'payment.keys',
];

/** The service whose database has the inbox of a consumer. */
export const serviceOf = (consumer: string): string => consumer.split('.', 1)[0]!;

/** Consumers that publish a reply to each message that they handle, also to a repeated one: without a reply the effect was lost. */
export const replyingConsumers: readonly string[] = ['product'];
