/** The operator's commands for any system of services on @tradewind/messaging, and what they are made of. */
export { actionsCommand } from './actions.command.js';
export * from './command.js';
export { deadLettersCommand } from './dead-letters.command.js';
export { contractsCommand } from './contracts.command.js';
export { describeCommand } from './describe.command.js';
export { effectsCommand } from './effects.command.js';
export type { OperatedSystem } from './operated-system.js';
export { rebuildCommand } from './rebuild.command.js';
export { backupCommand, recoverCommand, type CheckResult, type RecoveryCheck } from './recover.command.js';
export { offsetsCommand } from './offsets.command.js';
export { replayCommand } from './replay.command.js';
export { runProgram } from './run-program.js';
export { sagasCommand } from './sagas.command.js';
export { servicesFromOptions } from './service-options.js';
export { resultOf, runServiceProgram, type ServiceProgram } from './service-program.js';
export { plural, table } from '../text-table.js';
export { topicsCommand } from './topics.command.js';
