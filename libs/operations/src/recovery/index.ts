/** Recovers a lost database from the topics, and a lost Kafka from the archives of the outboxes. */
export { acceptOffsets, type AcceptedOffsets } from './accept-offsets.js';
export { backUp } from './backup.js';
export { recoverDatabase, type DatabaseRecovery, type RecoveredDatabase } from './recover-database.js';
export type {
  AnsweredRequest,
  BackupRows,
  Consumed,
  EffectRow,
  Published,
  RecoveredSaga,
  RecoveredTimeout,
  Recovery,
} from './recovery.js';
export { recoveredSaga } from './recovered-saga.js';
export { hashTables, type TableHash } from './table-hashes.js';
export { RecoveryRejected, type RecoveryContext, type RecoveryProgress } from './recovery-context.js';
export { recoverOffsets, type ConsumerDescription, type RecoveredOffsets } from './recover-offsets.js';
export { republish } from './republish.js';
export { recoverTopics, type RecoveredTopics } from './recover-topics.js';
