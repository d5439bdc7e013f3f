/** Gives a topic more partitions while it is published to and consumed. */
export {
  PartitionIncrease,
  type PartitionIncreaseContext,
  type PartitionIncreaseRequest,
  type PartitionStatus,
} from './partition-increase.js';
export { PartitionIncreaseRejected } from './partition-increase-rejected.js';
