/** Operations on a service: more partitions, replay, rebuild, recovery. */
export { recordAction, type OperatorAction } from './operator-actions.js';
export * from './partition-increase/index.js';
export * from './rebuild/index.js';
export * from './recovery/index.js';
export * from './replay/index.js';
export * from './service-operations/index.js';
