import { dropReplaced, Rebuild, type RebuildReport } from '@tradewind/messaging';
import { progressLine } from './replay.verb.js';
import type { Workbench } from './workbench.js';

export interface RebuildWish {
  readonly consumer: string;
  /** False: only compares. */
  readonly exchange: boolean;
  /** Also where rows of the living table come from no message, or a message could not be handled. */
  readonly withLosses?: boolean;
  readonly reason?: string;
}

/** Makes a projection anew, and gives how it compares with the living one. */
export async function rebuild(
  { parts, messaging, dataSource, kafka, world, log, say, signal }: Workbench,
  { consumer, exchange, withLosses = false, reason }: RebuildWish,
): Promise<RebuildReport> {
  const options = {
    exchange,
    withLosses,
    signal,
    onProgress: (progress: Parameters<typeof progressLine>[0]) => say(progressLine(progress)),
    ...(reason === undefined ? {} : { reason }),
  };
  return new Rebuild(parts, messaging, { dataSource, kafka, world, log }, consumer, options).run();
}

/** Drops what the last rebuild has replaced. */
export async function dropRebuilt(
  { dataSource }: Workbench,
  { consumer, reason }: { readonly consumer: string; readonly reason: string },
): Promise<{ readonly dropped: boolean }> {
  return { dropped: await dropReplaced(dataSource, consumer, reason) };
}
