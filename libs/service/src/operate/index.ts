export { operate } from './operate.js';
export type { Operable, Recoverable, Workbench } from './workbench.js';
