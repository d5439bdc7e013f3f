import type { KafkaClient } from '@tradewind/messaging';
import { partitionKey, type PartitionOffset } from '@tradewind/messaging/internals';
import { recordRecovery, rejectRunningService, type RecoveryContext } from './recovery-context.js';
import type { ConsumerDescription } from './recover-offsets.js';
import { upsertInboxHorizons } from './recovery-sql.js';

export interface AcceptedOffsets {
  /** By group and partition. `skipped`: records that were deleted before the group handled them. */
  readonly partitions: readonly (PartitionOffset & { readonly group: string; readonly skipped: number })[];
}

/**
 * Accepts the offsets of a stopped service as they are: what lies before them counts as handled from now on, whether the inbox knows it or
 * not. A group whose next records were deleted continues at the beginning of the log. For a service that was away longer than the
 * retention of a topic, or whose inbox somebody emptied by hand; after the loss of a database it loses what was not handled.
 */
export async function acceptOffsets(
  context: RecoveryContext,
  consumers: readonly ConsumerDescription[],
): Promise<AcceptedOffsets> {
  await rejectRunningService(context);
  const { kafka, dataSource } = context;
  const partitions: AcceptedOffsets['partitions'][number][] = [];
  for (const { group, topics } of consumers) {
    const accepted = await acceptable(kafka, group, topics);
    const behind = accepted.filter(({ skipped }) => skipped > 0);
    if (behind.length > 0) await kafka.setOffsets(group, behind);
    await dataSource.query(upsertInboxHorizons, [
      group,
      accepted.map(({ topic }) => topic),
      accepted.map(({ partition }) => partition),
      accepted.map(({ offset }) => offset.toString()),
    ]);
    partitions.push(...accepted.map((each) => ({ group, ...each })));
  }
  await recordRecovery(context, 'accept offsets', {
    partitions: partitions.map((each) => ({ ...each, offset: each.offset.toString() })),
  });
  return { partitions };
}

async function acceptable(
  kafka: KafkaClient,
  group: string,
  topics: readonly string[],
): Promise<(PartitionOffset & { readonly skipped: number })[]> {
  const starts = new Map((await kafka.endOffsets(topics)).map((each) => [partitionKey(each), each.start]));
  return (await kafka.committedOffsets(group, topics)).map(({ topic, partition, offset }) => {
    const start = starts.get(partitionKey({ topic, partition })) ?? 0n;
    const skipped = start > offset ? start - offset : 0n;
    return { topic, partition, offset: offset + skipped, skipped: Number(skipped) };
  });
}
