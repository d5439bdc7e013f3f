/** The Kafka client port on kafkajs. The only room that imports kafkajs. */
export { applyPermissions, type AclChanges } from './kafkajs-acls.js';
export { kafkaSecurity } from './kafka-security.js';
export { kafkaClient } from './kafkajs-client.js';
export type { KafkaSettings, SaslSettings } from './kafkajs-settings.js';
