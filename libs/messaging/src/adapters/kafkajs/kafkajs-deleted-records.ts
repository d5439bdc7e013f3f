import kafkajs, { type PartitionAssigner } from 'kafkajs';
import { RecordsDeleted } from '../../ports/errors.js';

interface Cluster {
  fetchTopicsOffset(
    topics: readonly {
      readonly topic: string;
      readonly partitions: readonly { readonly partition: number }[];
      readonly fromBeginning: boolean;
    }[],
  ): Promise<readonly { readonly partitions: readonly { readonly partition: number; readonly offset: string }[] }[]>;
}

interface FetchRequest {
  readonly topics: readonly {
    readonly topic: string;
    readonly partitions: readonly { readonly partition: number; readonly fetchOffset: string }[];
  }[];
}

interface OutOfRange {
  readonly name: string;
  readonly topic: string;
  readonly partition: number;
}

/** The group of each consumer that ends at deleted records, by its cluster. */
const groups = new WeakMap<object, string>();

/** Lets a consumer end with RecordsDeleted instead of skipping deleted records. It assigns partitions as kafkajs does. */
export const endsAtDeletedRecords: PartitionAssigner = (config) => {
  groups.set(config.cluster, config.groupId);
  return kafkajs.PartitionAssigners.roundRobin(config);
};

/** The error of a consumer that ended at deleted records, also inside an error of kafkajs. */
export const deletedRecordsOf = (error: unknown): RecordsDeleted | undefined => {
  if (error instanceof RecordsDeleted || error === undefined || error === null) return error ?? undefined;
  const { cause } = error as Error;
  return cause === error ? undefined : deletedRecordsOf(cause);
};

/**
 * kafkajs continues at the beginning of the log when the next record was deleted, and commits that, so that nothing shows the loss
 * afterwards. Rejects with RecordsDeleted instead. A next offset beyond the end is left to kafkajs: a restarting broker may report it for
 * a moment.
 */
export async function rejectDeletedRecords(cluster: object, request: object, error: unknown): Promise<void> {
  const { name, topic, partition } = error as OutOfRange;
  const group = groups.get(cluster);
  if (group === undefined || name !== 'KafkaJSOffsetOutOfRange') return;
  const isSame = (each: { readonly partition: number }): boolean => each.partition === partition;
  const asked = (request as FetchRequest).topics.find((each) => each.topic === topic)?.partitions.find(isSame);
  if (!asked) return;
  const next = BigInt(asked.fetchOffset);
  const [found] = await (cluster as Cluster).fetchTopicsOffset([
    { topic, partitions: [{ partition }], fromBeginning: true },
  ]);
  const start = BigInt(found?.partitions.find(isSame)?.offset ?? '0');
  if (next >= start) return;
  const deleted = new RecordsDeleted(group, { topic, partition, offset: next, start });
  throw Object.assign(new kafkajs.KafkaJSNonRetriableError(deleted), { cause: deleted });
}
