/** Runs one service in a test against a real Kafka and PostgreSQL. */
export { MessagePublisher, recordOf, type OutgoingTestMessage } from './message-publisher.js';
export type { PublishedMessage, PublishedQuery } from './published-messages.js';
export { expectRecoveredRows, type RecoveredTable } from './recovered-rows.js';
export {
  startServiceHarness,
  type HttpOptions,
  type HttpResult,
  type ServiceHarness,
  type ServiceHarnessOptions,
  type StartedService,
  type TestDatabase,
} from './service-harness.js';
