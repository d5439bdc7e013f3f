import kafkajs, { type PartitionAssigner } from 'kafkajs';
import { RecordsDeleted } from '../../ports/errors.js';
import { ConsumerGroup } from './kafkajs-outdated.js';

interface Cluster {
  fetchTopicsOffset(
    topics: readonly {
      readonly topic: string;
      readonly partitions: readonly { readonly partition: number }[];
      readonly fromBeginning: boolean;
    }[],
  ): Promise<readonly { readonly partitions: readonly { readonly partition: number; readonly offset: string }[] }[]>;
}

/** The used part of the consumer group of kafkajs where the next offset is not on the broker. */
interface OutOfRangeGroup {
  readonly groupId: string;
  readonly cluster: Cluster;
  readonly offsetManager: { nextOffset(topic: string, partition: number): { toString(): string } };
  recoverFromOffsetOutOfRange(error: Place): Promise<void>;
}

interface Place {
  readonly topic: string;
  readonly partition: number;
}

const watched = new WeakSet<Cluster>();

/** Lets a consumer end with RecordsDeleted instead of skipping deleted records. It assigns partitions as kafkajs does. */
export const endsAtDeletedRecords: PartitionAssigner = (config) => {
  watched.add(config.cluster as unknown as Cluster);
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
 * afterwards. A next offset beyond the end is left to kafkajs: a restarting broker may report it for a moment.
 */
function endAtDeletedRecords(group: OutOfRangeGroup): void {
  const { recoverFromOffsetOutOfRange } = group;
  group.recoverFromOffsetOutOfRange = async function (this: OutOfRangeGroup, error) {
    if (watched.has(this.cluster)) {
      const { topic, partition } = error;
      const next = BigInt(this.offsetManager.nextOffset(topic, partition).toString());
      const [found] = await this.cluster.fetchTopicsOffset([
        { topic, partitions: [{ partition }], fromBeginning: true },
      ]);
      const start = BigInt(found?.partitions.find((each) => each.partition === partition)?.offset ?? '0');
      if (next < start) {
        const deleted = new RecordsDeleted(this.groupId, { topic, partition, offset: next, start });
        throw Object.assign(new kafkajs.KafkaJSNonRetriableError(deleted), { cause: deleted });
      }
    }
    return recoverFromOffsetOutOfRange.call(this, error);
  };
}

endAtDeletedRecords(ConsumerGroup.prototype as unknown as OutOfRangeGroup);
