import { giveUpGrowth, growTopic, standingOf, type GrowthContext, type TopicStanding } from '@tradewind/messaging';
import type { Workbench } from './workbench.js';

export interface GrowWish {
  readonly topic: string;
  /** Left out: a growth that was begun is given up. */
  readonly partitions?: number;
  readonly reason?: string;
  /** Only tells how it stands. */
  readonly dryRun?: boolean;
}

/** Gives one of the service's topics more partitions, and tells how it stands then: see `growTopic`. */
export function grow(
  { messaging, dataSource, kafka, world, say, signal }: Workbench,
  { topic, partitions, reason = '', dryRun = false }: GrowWish,
): Promise<TopicStanding> {
  const context: GrowthContext = { options: messaging, dataSource, kafka, world, signal, onProgress: say };
  if (dryRun) return standingOf(context, topic);
  return partitions === undefined
    ? giveUpGrowth(context, { topic, reason })
    : growTopic(context, { topic, partitions, reason });
}
