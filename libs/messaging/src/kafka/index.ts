export * from './kafka-client.js';
export { kafkaClient, type KafkaSettings } from './kafkajs-client.js';
export { partitionOf } from './murmur2.js';
export { TopicMismatch } from './provision.js';
