import { OperationRejected } from '@tradewind/kernel';

/** The topic can't have this number of partitions, or another partition increase is not finished. */
export class PartitionIncreaseRejected extends OperationRejected {
  override readonly name = 'PartitionIncreaseRejected';
}
