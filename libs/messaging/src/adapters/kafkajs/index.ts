/** The Kafka client port on kafkajs. The only room that imports kafkajs. */
export { kafkaClient } from './kafkajs-client.js';
export type { KafkaSettings } from './kafkajs-connection.js';
