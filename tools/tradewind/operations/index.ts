/** The operator's commands for any system of services on @tradewind/messaging, and what they are made of. */
export {
  actionCommand,
  command,
  perform,
  print,
  printPlan,
  progress,
  type ActionFlags,
  type SystemFlags,
} from './commands/command.js';
export { deadLettersCommand } from './commands/dead-letters.command.js';
export { effectsCommand } from './commands/effects.command.js';
export type { OperatedSystem } from './commands/operated-system.js';
export { rebuildCommand } from './commands/rebuild.command.js';
export { backupCommand, recoverCommand, type CheckResult, type RecoveryCheck } from './commands/recover.command.js';
export { replayCommand } from './commands/replay.command.js';
export { runProgram } from './commands/run-program.js';
export { sagasCommand } from './commands/sagas.command.js';
export { topicsCommand } from './commands/topics.command.js';
export type { Databases, OfService } from './database/databases.js';
export { OperatorError, Unreachable } from './database/errors.js';
export type { BlockedKey, DeadLetter } from './dead-letters/dead-letter.js';
export { DeadLetters, type Selection } from './dead-letters/dead-letters.js';
export { pendingEffects, type PendingEffect } from './effects/pending-effects.js';
export { historyOf, type SubjectHistory } from './sagas/history.js';
export { expectedResult, instruct, openSaga, openSagas, type Saga, type SagaAction } from './sagas/sagas.js';
export { plural, table } from './text/table.js';
