/** The Kafka client port on kafkajs. The only room that imports kafkajs. */
export { kafkaSecurity } from './kafka-security.js';
export { kafkaClient } from './kafkajs-client.js';
export type { KafkaSettings, SaslSettings } from './kafkajs-settings.js';
