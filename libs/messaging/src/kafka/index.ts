export { afterOf, isFulfilled, type After } from './after.js';
export * from './kafka-client.js';
export { kafkaClient } from './kafkajs-client.js';
export { GroupHasMembers } from './kafkajs-groups.js';
export type { KafkaSettings } from './kafkajs-part.js';
export { partitionOf } from './murmur2.js';
export { TopicMismatch } from './provision.js';
