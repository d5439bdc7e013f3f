export { operate } from './operate.js';
export type { Operable, Workbench } from './workbench.js';
