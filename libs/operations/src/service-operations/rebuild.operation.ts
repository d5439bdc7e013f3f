import { dropReplaced, Rebuild, type RebuildReport } from '../rebuild/index.js';
import type { OperationContext } from './operation-context.js';
import { replayProgressLine } from './progress-lines.js';

/** Input of the operation that rebuilds a projection. */
export interface RebuildInput {
  readonly consumer: string;
  /** False: only compares. */
  readonly exchange: boolean;
  /** Exchanges even if rows of the live table come from no message, or a message could not be handled. */
  readonly allowDataLoss?: boolean;
  readonly reason?: string;
}

/** Rebuilds a projection and returns the comparison with the live one. */
export async function rebuild(
  { runtime, messaging, dataSource, kafka, ports, log, report, signal }: OperationContext,
  { consumer, exchange, allowDataLoss = false, reason }: RebuildInput,
): Promise<RebuildReport> {
  return new Rebuild(runtime, messaging, { dataSource, kafka, ports, log }, consumer, {
    exchange,
    allowDataLoss,
    signal,
    onProgress: (progress) => report(replayProgressLine(progress)),
    ...(reason === undefined ? {} : { reason }),
  }).run();
}

/** Drops the tables that the last rebuild has replaced. */
export async function dropReplacedTables(
  { dataSource }: OperationContext,
  { consumer, reason }: { readonly consumer: string; readonly reason: string },
): Promise<{ readonly dropped: boolean }> {
  return { dropped: await dropReplaced(dataSource, consumer, reason) };
}
