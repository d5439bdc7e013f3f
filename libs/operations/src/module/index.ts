/** The operations on one service as a Nest module, and as a program beside the running service. */
export { EffectOperations } from './effect-operations.js';
export { operate, type OperateOptions } from './operate.js';
export { OperationsModule } from './operations.module.js';
export { Rebuilds } from './rebuilds.js';
export { Replays } from './replays.js';
export { SagaOperations } from './saga-operations.js';
export type { ServiceParts } from './service-parts.js';
