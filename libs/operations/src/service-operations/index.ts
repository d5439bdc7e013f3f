/** The operations that a program runs in the place of one service, by name. */
export type { OperationContext } from './operation-context.js';
export { operationNamed, type Operation } from './operations.js';
export type { IncreasePartitionsInput } from './increase-partitions.operation.js';
export type { RebuildInput } from './rebuild.operation.js';
export type { RecoveredService, RecoverInput } from './recover.operation.js';
export type { ReplayInput } from './replay.operation.js';
