import { MessagingModule } from '@tradewind/messaging';
import type { DataSource } from 'typeorm';

declare const dataSource: DataSource;
declare const isProduction: boolean;

export const ticketMessaging = MessagingModule.forRoot({
  service: 'tickets',
  kafka: { brokers: ['localhost:9092'], clientId: 'tickets' },
  dataSource,
  newDatabase: isProduction ? 'reject' : 'start-over',
});
