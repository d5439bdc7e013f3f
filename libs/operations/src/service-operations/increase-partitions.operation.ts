import { PartitionIncrease, type PartitionStatus } from '../partition-increase/index.js';
import type { OperationContext } from './operation-context.js';

/** Input of the operation that adds partitions. */
export interface IncreasePartitionsInput {
  readonly topic: string;
  /** Left out: cancels an increase. */
  readonly partitions?: number;
  readonly reason?: string;
  /** Only reads the status. */
  readonly dryRun?: boolean;
}

/** Increases the partitions of one of the service's topics and returns the new status. */
export function increasePartitions(
  { messaging, dataSource, kafka, ports, report, signal }: OperationContext,
  { topic, partitions, reason = '', dryRun = false }: IncreasePartitionsInput,
): Promise<PartitionStatus> {
  const increase = new PartitionIncrease({
    options: messaging,
    dataSource,
    kafka,
    ports,
    signal,
    onProgress: report,
  });
  if (dryRun) return increase.status(topic);
  return partitions === undefined ? increase.cancel({ topic, reason }) : increase.run({ topic, partitions, reason });
}
