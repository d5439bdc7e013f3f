/** Handles messages on the topics again, beside the running consumer group. */
export { PostgresReplayStore } from './postgres-replay-store.js';
export { Replay, type ReplayOptions, type ReplayEnvironment } from './replay.js';
export { readRequest, type Point, type ReplayRequest } from './replay-request.js';
export { ReplayRejected } from './replay-rejected.js';
export type { ReplayRecord, ReplayState, ReplayStore } from './replay-store.js';
export { ReplayProgress, type FailedMessage, type Progress, type ReplayReport } from './replay-progress.js';
export { replays, type ReplaySummary } from './replay-summaries.js';
export { notBefore, partitionName } from './replay-ranges.js';
