import { topic } from '@tradewind/messaging/message';

/** Every topic of the shop. A commands topic is written by its only caller, an events topic by the service that owns the data. */
export const topics = {
  userEvents: topic('user.events', { owner: 'user' }),
  userKeys: topic('user.keys', { owner: 'user', partitions: 1, retention: 'compact' }),
  /** A destroyed key must leave the broker's disk, and a service that was away must still read its tombstone. */
  userDataKeys: topic('user.data-keys', {
    owner: 'user',
    partitions: 3,
    retention: { compactWithin: '1d', keepTombstones: '90d' },
  }),
  /** Sessions whose access tokens must not be accepted any more. Every service reads it. */
  userRevocations: topic('user.revocations', {
    owner: 'user',
    partitions: 1,
    retention: { compactWithin: '1h', keepTombstones: '1d' },
  }),

  productEvents: topic('product.events', { owner: 'product' }),
  stockCommands: topic('stock.commands', { owner: 'order', carries: 'commands' }),
  stockEvents: topic('stock.events', { owner: 'product' }),

  cartEvents: topic('cart.events', { owner: 'cart' }),

  orderEvents: topic('order.events', { owner: 'order' }),

  paymentCommands: topic('payment.commands', { owner: 'order', carries: 'commands' }),
  paymentEvents: topic('payment.events', { owner: 'payment' }),

  /** Heartbeats: the only records without an outbox. Every service announces its own instances. */
  platformInstances: topic('platform.instances', { owner: 'platform', partitions: 1, retention: 'compact' }),

  userDeadLetters: topic('user.dlq', { owner: 'user', partitions: 1 }),
  productDeadLetters: topic('product.dlq', { owner: 'product', partitions: 1 }),
  cartDeadLetters: topic('cart.dlq', { owner: 'cart', partitions: 1 }),
  orderDeadLetters: topic('order.dlq', { owner: 'order', partitions: 1 }),
  paymentDeadLetters: topic('payment.dlq', { owner: 'payment', partitions: 1 }),
} as const;
