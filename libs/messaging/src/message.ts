/** Messages without Nest, Kafka and PostgreSQL: for a package of contracts, and to read or make a message elsewhere. */
export {
  declareRuleSchema,
  fieldsSchema,
  type ForeignMessage,
  type ForeignRecord,
  foreignTopic,
  ignore,
  type JsonSchema,
  makeMessage,
  Message,
  type MessageClass,
  type MessageInfo,
  messageInfo,
  MessageRegistry,
  readCloudEvent,
  readMessage,
  type RuleSchema,
  type Topic,
  topic,
} from './message/index.js';
export { type PublishedMessage } from './outbox/publication-effects.js';
