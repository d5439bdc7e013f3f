import { Rebuild, type RebuildReport } from '@tradewind/messaging';
import { progressLine } from './replay.verb.js';
import type { Workbench } from './workbench.js';

export interface RebuildWish {
  readonly consumer: string;
  /** False: only compares. */
  readonly exchange: boolean;
  readonly reason?: string;
}

/** Makes a projection anew, and gives how it compares with the living one. */
export async function rebuild({ parts, messaging, dataSource, kafka, world, log, say, signal }: Workbench, { consumer, exchange, reason }: RebuildWish): Promise<RebuildReport> {
  const options = { exchange, signal, onProgress: (progress: Parameters<typeof progressLine>[0]) => say(progressLine(progress)), ...(reason === undefined ? {} : { reason }) };
  return new Rebuild(parts, messaging, { dataSource, kafka, world, log }, consumer, options).run();
}
