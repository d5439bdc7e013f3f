/** Runs the operations of @tradewind/operations with a service's own configuration, database and handlers. */
export { operate } from './operate.js';
export type { RecoverableService, ServiceDefinition } from './open-operation-context.js';
