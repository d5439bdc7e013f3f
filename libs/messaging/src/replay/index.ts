export { PostgresReplayStore } from './postgres-replay-store.js';
export { dropReplaced } from './rebuild-schema.js';
export { Rebuild, type RebuildOptions, type RebuildPorts, type RebuildReport } from './rebuild.js';
export { Replay, type ReplayOptions, type ReplayPorts } from './replay.js';
export { readRequest, ReplayRefused, type Point, type ReplayRequest } from './replay-request.js';
export type { ReplayRecord, ReplayState, ReplayStore } from './replay-store.js';
export type { Failed, Progress, ReplayReport } from './tally.js';
export type { Comparison, Example } from './table-comparison.js';
