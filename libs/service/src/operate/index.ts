/** Runs the operations of @tradewind/operations with a service's own configuration, database and handlers. */
export { describeDefinition } from './describe-definition.js';
export { operate } from './operate.js';
export type { RecoverableService } from './open-operation-context.js';
export type { ServiceDefinition } from './service-definition.js';
