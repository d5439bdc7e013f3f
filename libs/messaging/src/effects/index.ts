/** Calls to external systems, scheduled by decisions and run after their commit. */
export type { AnyEffect, Effect } from './effect.js';
