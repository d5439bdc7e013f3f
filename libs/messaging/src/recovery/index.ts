export { Agreement, PositionsDisagree, type AgreementOptions } from './agreement.js';
export { backUp } from './kept-rows.js';
export { recoverDatabase, type DatabaseRecovery, type RecoveredDatabase } from './recover-database.js';
export type { AnsweredRequest, Heard, Kept, RecoveredSaga, Recovery, Told } from './recovery.js';
export { hashTables, type TableHash } from './table-hashes.js';
export { RecoveryRefused, type RecoveryContext, type RecoveryProgress } from './recovery-context.js';
export { recoverPositions, type ConsumerOf, type RecoveredPositions } from './recover-positions.js';
export { sayAgain } from './say-again.js';
export { recoverTopics, type RecoveredTopics } from './recover-topics.js';
