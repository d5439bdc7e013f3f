import { topic } from '@tradewind/messaging';

/** One topic for each event, because the patterns of Nest are topics. */
export const topics = {
  orderCreated: 'tutorial.order-created',
  stockReserved: 'tutorial.stock-reserved',
  stockRejected: 'tutorial.stock-rejected',
  paymentCaptured: 'tutorial.payment-captured',
  paymentDeclined: 'tutorial.payment-declined',
  orderEvents: 'tutorial.order-events',
} as const;

export const allTopics = Object.values(topics).map((name) => topic(name, { owner: 'tutorial' }));
