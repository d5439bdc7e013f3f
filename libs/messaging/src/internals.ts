/** What @tradewind/operations and tests need beyond the public API. It may change in any version. */
export { appendOutbox } from './adapters/postgres/outbox-sql.js';
export {
  allPartitionCounts,
  partitionCountOf,
  type RawPartitionCount,
} from './adapters/postgres/partition-counts-sql.js';
export { statementOf } from './adapters/postgres/sql.js';
export { tableSql } from './adapters/postgres/table-sql.js';
export { DeadLetterWriter, textOf } from './consumer/dead-letter-writer.js';
export { decode } from './handling/decode.js';
export type { Decoded, DecodedMessage, PoisonedRecord } from './handling/decoded.js';
export { Handlers } from './handling/handlers.js';
export { handlersOf } from './handling/handles.js';
export { outcomeOf, type Invocation, type Outcome } from './handling/invocation.js';
export { poisonedInvocation } from './handling/poisoned-invocation.js';
export { Runner } from './handling/runner.js';
export { deletesRecords, retentionLimits, retentionText } from './message/topic-retention.js';
export { partitionOf } from './message/partition-of.js';
export { toOutboxRow } from './outbox/envelope.js';
export { sendBatches } from './outbox/send-batches.js';
