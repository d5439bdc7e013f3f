/**
 * Which types of message each consumer acts on, by topic: written down by hand, so that a handler that is missing, or one too
 * many, is found by an audit that has never seen the services. A spec compares it with their controllers.
 */
export const whoHearsWhat: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
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

/** Consumers of compacted topics: what they have acted on goes away from there, so there is nothing to compare their inboxes with. */
export const hearsCompacted: readonly string[] = [
  'user.keys',
  'product.keys',
  'cart.keys',
  'order.keys',
  'payment.keys',
];

/** The service whose database has a consumer's inbox. */
export const serviceOf = (consumer: string): string => consumer.split('.', 1)[0]!;

/** Consumers that say a word to everything that they act on, be it for the second time: one that is silent has lost the effect. */
export const alwaysAnswering: readonly string[] = ['product'];
