import {
  PostgresReplayStore,
  readRequest,
  Replay,
  ReplayRefused,
  type Progress,
  type ReplayRecord,
  type ReplayReport,
} from '@tradewind/messaging';
import type { Workbench } from './workbench.js';

export interface ReplayWish {
  /** As `writtenRequest` has it; not needed to go on with one that was stopped. */
  readonly request?: object;
  readonly resume?: string;
  readonly dryRun?: boolean;
  readonly reason?: string;
}

/** Replays, and gives the report. */
export async function replay(
  { parts, messaging, store, kafka, world, log, dataSource, say, signal }: Workbench,
  { request, resume, dryRun = false, reason }: ReplayWish,
): Promise<ReplayReport> {
  const replays = new PostgresReplayStore(dataSource);
  const former = resume === undefined ? undefined : await replays.find(resume);
  if (resume !== undefined && !former)
    throw new ReplayRefused(`there is no replay ${resume}: "tradewind replay list" shows those that there are`);
  const options = {
    dryRun,
    signal,
    onProgress: (progress: Progress) => say(progressLine(progress)),
    ...(reason === undefined ? {} : { reason }),
    ...(former ? { resume: former } : {}),
  };
  return new Replay(
    parts,
    messaging,
    { store, replays, kafka, world, log },
    readRequest(former?.request ?? request ?? {}),
    options,
  ).run();
}

/** All that were made, the latest first. */
export async function replays({ dataSource }: Workbench): Promise<{ readonly replays: readonly object[] }> {
  return { replays: (await new PostgresReplayStore(dataSource).list()).map(shown) };
}

const shown = ({ positions: _, ...rest }: ReplayRecord): object => rest;

export const progressLine = ({ read, of, rate, secondsLeft }: Progress): string =>
  `${read} of ${of} records, ${Math.round(rate)}/s${Number.isFinite(secondsLeft) ? `, ${Math.ceil(secondsLeft)} s left` : ''}`;
