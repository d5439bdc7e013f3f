/** What our other packages, tests and adapters of your own need beyond the public API. It may change in any version. */

// Messages and topics
export { compile, type MessageReader } from './message/compiled-reader.js';
export { partitionOf } from './message/partition-of.js';
export { violationsOf } from './message/read-message.js';
export { topicSettings } from './message/topic-settings.js';
export { deletesRecords, isCompacted, retentionLimits, retentionText } from './message/topic-retention.js';

// The ports, for adapters
export {
  type Acknowledged,
  type AnyTable,
  backOff,
  type BrokerOperation,
  type BrokerPermission,
  type Change,
  type ClaimedEffect,
  type ClaimResult,
  type Column,
  type ColumnType,
  type CommittedOffset,
  type DeadLetter,
  type DeadLetterReason,
  type DueTimeout,
  type EffectRow,
  GroupHasMembers,
  hasReached,
  type IdempotencyClaim,
  type InboxHorizon,
  type InboxMark,
  type InboxSample,
  type IncomingRecord,
  type Key,
  KafkaAccessRefused,
  keyOf,
  type KeyPart,
  keyProperties,
  type LoadRequest,
  type Log,
  OffsetMismatch,
  type OffsetRange,
  type OutboxRow,
  type OutgoingRecord,
  type OwnRecord,
  type PartitionCount,
  orderingKeyOf,
  partitionKey,
  type PartitionOffset,
  previousEndsOf,
  previousEndsText,
  type PropertyOf,
  type PrunedStep,
  type PruneStep,
  type PublishedRow,
  type Publisher,
  type ReadOptions,
  RecordsRejected,
  type RelaySession,
  type RuntimePorts,
  StatementTimeout,
  type Store,
  type StoreReadings,
  StoreUnavailable,
  textOf,
  type Subscription,
  type SubscriptionOptions,
  type TableFindings,
  type Takeover,
  type Tail,
  type TailOptions,
  type TimeoutRow,
  TopicMismatch,
  type TopicPartition,
  type TopicType,
  type TraceContext,
  type Transaction,
  type TransientReason,
  type UnpublishedRow,
  withTimeout,
} from './ports/index.js';

// The adapters
export { applyPermissions, type AclChanges, type KafkaSettings } from './adapters/kafkajs/index.js';
export { actionContent } from './adapters/postgres/action-chain-sql.js';
export { PostgresStore } from './adapters/postgres/index.js';
export { appendOutbox } from './adapters/postgres/outbox-sql.js';
export {
  allPartitionCounts,
  partitionCountOf,
  type RawPartitionCount,
} from './adapters/postgres/partition-counts-sql.js';
export { storeError } from './adapters/postgres/postgres-errors.js';
export { preparedStatement } from './adapters/postgres/prepared-statement.js';
export { tableSql } from './adapters/postgres/table-sql.js';
export { systemClock, systemPorts, systemRandomness, systemTimers } from './adapters/system/index.js';

// Handling
export { readableBytes } from './consumer/dead-letter-record.js';
export { DeadLetterWriter } from './consumer/dead-letter-writer.js';
export { type AnyEffect } from './effects/index.js';
export { decode } from './handling/decode.js';
export type { Decoded, DecodedMessage, PoisonedRecord } from './handling/decoded.js';
export { type EffectRequest, type HandlerMetadata, type Load, type Loads } from './handling/index.js';
export { Handlers } from './handling/handlers.js';
export { handlersOf } from './handling/handles.js';
export { type Invocation, type Outcome, outcomeOf } from './handling/invocation.js';
export { poisonedInvocation } from './handling/poisoned-invocation.js';
export { Runner } from './handling/runner.js';

// Outbox and relay
export { toOutboxRow } from './outbox/envelope.js';
export { type Envelope, envelopeOf, headersOf, ownTopics, readEnvelope, Relay, sequenceText } from './outbox/index.js';
export { payloadOf, type PublicationEffect } from './outbox/index.js';
export { sendBatches } from './outbox/send-batches.js';

// Tracing
export {
  activeTracer,
  attributes,
  fromTraceContext,
  logFields,
  markFailed,
  toTraceContext,
  traceOfRow,
} from './tracing/index.js';

// Sagas
export { type AnySaga, SagaHistory, type SagaHistoryRow, SagaInstances, sagaRow, type SagaRow } from './sagas/index.js';

// Descriptions
export {
  type DeclaredService,
  describeService,
  descriptionHash,
  type MessageDescription,
  type SagaDescription,
  type ServiceDescription,
  type StepDescription,
} from './description/index.js';

// The runtime
export { CommitEvents, DescriptionWriter, type MessagingOptions, MessagingRuntime } from './runtime/index.js';
