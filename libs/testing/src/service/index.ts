/** Runs one service in a test against a real Kafka and PostgreSQL. */
export { AccessTokens, type TokenOptions } from './access-tokens.js';
export { MessagePublisher, recordOf, type OutgoingTestMessage } from './message-publisher.js';
export type { PublishedMessage, PublishedQuery } from './published-messages.js';
export { expectRecoveredRows, type RecoveredTable } from './recovered-rows.js';
export {
  startServiceHarness,
  type HttpOptions,
  type HttpResult,
  type ServiceHarness,
  type ServiceHarnessOptions,
  type TestDatabase,
} from './service-harness.js';
