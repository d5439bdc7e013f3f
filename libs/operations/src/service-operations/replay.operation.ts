import {
  PostgresReplayStore,
  readRequest,
  Replay,
  ReplayRejected,
  type ReplayRecord,
  type ReplayReport,
} from '../replay/index.js';
import type { OperationContext } from './operation-context.js';
import { replayProgressLine } from './progress-lines.js';

/** Input of the operation that replays messages. */
export interface ReplayInput {
  /** As `writeRequest` returns it; not needed to resume a replay. */
  readonly request?: object;
  /** Id of a stopped replay. */
  readonly resume?: string;
  readonly dryRun?: boolean;
  readonly reason?: string;
}

export async function replay(
  { runtime, messaging, store, kafka, ports, log, dataSource, report, signal }: OperationContext,
  { request, resume, dryRun = false, reason }: ReplayInput,
): Promise<ReplayReport> {
  const replays = new PostgresReplayStore(dataSource);
  const stopped = resume === undefined ? undefined : await replays.find(resume);
  if (resume !== undefined && !stopped)
    throw new ReplayRejected(`there is no replay ${resume}: "tradewind replay list" shows all replays`);
  return new Replay(
    runtime,
    messaging,
    { store, replays, kafka, ports, log },
    readRequest(stopped?.request ?? request ?? {}),
    {
      dryRun,
      signal,
      onProgress: (progress) => report(replayProgressLine(progress)),
      ...(reason === undefined ? {} : { reason }),
      ...(stopped ? { resume: stopped } : {}),
    },
  ).run();
}

/** Newest first. */
export async function listReplays({ dataSource }: OperationContext): Promise<{ readonly replays: readonly object[] }> {
  return { replays: (await new PostgresReplayStore(dataSource).list()).map(withoutOffsets) };
}

const withoutOffsets = ({ offsets: _, ...rest }: ReplayRecord): object => rest;
