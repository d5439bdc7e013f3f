import type { Topic } from './topic.js';
import { compactionLimits, isCompacted, retentionLimits } from './topic-retention.js';

export interface TopicSetting {
  readonly name: string;
  readonly value: string;
}

/**
 * The settings that the broker must have for a topic; the cleanup policy is the first. Without a limit records are kept forever: the
 * broker's default would delete them after a week. A record is compacted only after its segment is closed, so the segment has the same limit.
 */
export function topicSettings({ retention }: Pick<Topic, 'retention'>): readonly TopicSetting[] {
  const { ms = -1, bytes = -1 } = retentionLimits(retention);
  const compaction = compactionLimits(retention);
  const settings: [name: string, value: string | number][] = [
    ['cleanup.policy', isCompacted(retention) ? 'compact' : 'delete'],
    ['retention.ms', ms],
    ['retention.bytes', bytes],
  ];
  if (compaction)
    settings.push(
      ['max.compaction.lag.ms', compaction.withinMs],
      ['segment.ms', compaction.withinMs],
      ['delete.retention.ms', compaction.tombstonesMs],
    );
  return settings.map(([name, value]) => ({ name, value: String(value) }));
}
