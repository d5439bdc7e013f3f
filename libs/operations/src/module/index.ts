/** The operations on one service as a Nest module, and as a program beside the running service. */
export { EffectOperations } from './effect-operations.js';
export { openOperation, type OpenOperation, type OpenOperationOptions, type OperateOptions } from './open-operation.js';
export { operate } from './operate.js';
export { OperationsModule } from './operations.module.js';
export { Rebuilds } from './rebuilds.js';
export { Replays } from './replays.js';
export { SagaOperations } from './saga-operations.js';
export type { ServiceParts } from './service-parts.js';
