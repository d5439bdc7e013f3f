import { Transport, type ClientProviderOptions, type KafkaOptions } from '@nestjs/microservices';
import { setting } from '../../ground/connections.js';

export const kafka = 'KAFKA';

export const client = (clientId: string): ClientProviderOptions => ({
  name: kafka,
  transport: Transport.KAFKA,
  options: { client: { clientId, brokers: setting('KAFKA_BROKERS').split(',') }, producerOnlyMode: true },
});

export const server = (groupId: string): KafkaOptions => ({
  transport: Transport.KAFKA,
  options: {
    client: { clientId: groupId, brokers: setting('KAFKA_BROKERS').split(',') },
    consumer: { groupId: `tutorial-${groupId}` },
    subscribe: { fromBeginning: true },
  },
});
