import { MessagingModule, topic } from '@tradewind/messaging';
import type { DataSource } from 'typeorm';

declare const dataSource: DataSource;

export const ticketMessaging = MessagingModule.forRoot({
  service: 'tickets',
  kafka: { brokers: ['localhost:9092'], clientId: 'tickets' },
  dataSource,
  retention: {
    inbox: '30d',
    outboxArchive: '90d',
    effects: '30d',
    sagaHistory: '1y',
    idempotencyKeys: '7d',
  },
});

export const everything = topic('tickets.events', { owner: 'tickets' });
export const latestOfEachKey = topic('tickets.prices', { owner: 'tickets', retention: 'compact' });
export const withoutTheReplaced = topic('tickets.seats', {
  owner: 'tickets',
  retention: { compactWithin: '1d', keepTombstones: '90d' },
});
export const lastMonth = topic('tickets.clicks', { owner: 'tickets', retention: { time: '30d' } });
export const lastGigabyte = topic('tickets.views', { owner: 'tickets', retention: { bytes: 1_000_000_000 } });
