/** Builds the tables of a projection anew from its topics and exchanges them with the live ones. */
export { dropReplaced } from './rebuild-schema.js';
export { Rebuild, type RebuildOptions, type RebuildEnvironment, type RebuildReport } from './rebuild.js';
export { RebuildRejected } from './rebuild-rejected.js';
export type { Comparison, Example } from './table-comparison.js';
