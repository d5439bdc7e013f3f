export { Agreement, PositionsDisagree, type AgreementOptions } from './agreement.js';
export { RecoveryRefused, type RecoveryContext, type RecoveryProgress } from './recovery-context.js';
export { recoverPositions, type ConsumerOf, type RecoveredPositions } from './recover-positions.js';
export { recoverTopics, type RecoveredTopics } from './recover-topics.js';
