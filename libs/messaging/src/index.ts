/** What a service is written with: fewer than 60 names. Contracts without Nest use `message.ts`; our other packages and tests also `internals.ts`. */

// Messages and topics
export { message, type OutgoingMessage } from '@tradewind/saga';
export {
  type ForeignMessage,
  type ForeignRecord,
  foreignTopic,
  ignore,
  Message,
  readCloudEvent,
  type Topic,
  topic,
} from './message/index.js';

// Tables, and the rows that a decision loads
export { tableOf } from './adapters/postgres/index.js';
export { type Rows, rows, rowsWhere } from './handling/index.js';
export { type Table, table } from './ports/index.js';

// Handlers, and what they are given
export { type DecisionContext, type HandlerContext, Handles, type TransactionContext } from './handling/index.js';

// Decisions
export { answer, Decision, insert, nothing, publish, publishAll, remove, save, schedule } from './handling/index.js';

// Commands
export { type Command, command, Commands } from './handling/index.js';
export { type Idempotency } from './ports/index.js';

// Effects
export { type Effect } from './effects/index.js';
export { PublicationEffects } from './outbox/index.js';

// Sagas
export { cancelSaga, instancesOf, Sagas, startSaga } from './sagas/index.js';
export { defineSaga, pointOfNoReturn, type Saga } from '@tradewind/saga';

// Transactions of your own
export { Outbox } from './outbox/index.js';

// The module and its settings
export { KafkaTransport } from './consumer/index.js';
export { messagingMigrations } from './adapters/postgres/index.js';
export {
  type MessagingFeature,
  MessagingHealth,
  MessagingModule,
  type MessagingSettings,
  messagingToken,
} from './runtime/index.js';

// The brokers
export { kafkaClient, kafkaSecurity } from './adapters/kafkajs/index.js';
export { KafkaClient } from './ports/index.js';

// Errors that callers of commands, and of the outbox, catch
export { IdempotencyBusy, IdempotencyMismatch, Unavailable } from './handling/index.js';
export { PayloadTooLarge } from './outbox/index.js';
export { OutcomeUnknown, UniqueConflict } from './ports/index.js';
