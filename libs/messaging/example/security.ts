import { readFileSync } from 'node:fs';
import { kafkaSecurity, MessagingModule } from '@tradewind/messaging';
import type { DataSource } from 'typeorm';

export const securedMessaging = (dataSource: DataSource) =>
  MessagingModule.forRoot({
    service: 'shipping',
    kafka: {
      brokers: ['kafka-1.example.com:9093', 'kafka-2.example.com:9093'],
      clientId: 'shipping-1',
      ssl: { ca: readFileSync('/etc/kafka/ca.pem') },
      sasl: {
        mechanism: 'scram-sha-512',
        username: 'shipping',
        password: readFileSync('/run/secrets/kafka-password', 'utf8').trim(),
      },
    },
    dataSource,
  });

declare const fetchToken: () => Promise<string>;
export const tokenLogin = { mechanism: 'oauthbearer', token: fetchToken } as const;

export const kafkaFromEnvironment = {
  brokers: process.env['KAFKA_BROKERS']!.split(','),
  clientId: 'shipping-1',
  ...kafkaSecurity(process.env),
};
