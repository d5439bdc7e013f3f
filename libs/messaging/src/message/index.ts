/** Message classes: their declaration, validation, versions and topics. */
export * from './cloud-event.js';
export * from './foreign-record.js';
export * from './foreign-topic.js';
export * from './message-registry.js';
export { partitionOf } from './partition-of.js';
export { compile, type MessageReader } from './compiled-reader.js';
export { fieldsSchema } from './fields-schema.js';
export type { JsonSchema } from './json-schema.js';
export { declareRuleSchema, type RuleSchema } from './rule-schemas.js';
export * from './message.js';
export * from './read-message.js';
export { periodMs, type Period } from './period.js';
export * from './topic.js';
export { topicSettings, type TopicSetting } from './topic-settings.js';
export {
  deletesRecords,
  isCompacted,
  retentionLimits,
  retentionText,
  type TimedCompaction,
  type TopicRetention,
} from './topic-retention.js';
