import type { KafkaClient, Topic } from '@tradewind/messaging';
import { isCompacted, ownTopics, type MessagingOptions, type RuntimePorts } from '@tradewind/messaging/internals';
import type { DataSource } from 'typeorm';
import { PartitionIncreaseRejected } from './partition-increase-rejected.js';
import { deleteRequest, partitionCountIn, saveRequest, withLock } from './partition-increase-sql.js';

/** Interval between two checks whether the relay uses the new partitions, and the longest time to wait for that. */
const pollIntervalMs = 250;
const relayTimeoutMs = 30_000;

/** The service that owns the topic. It should run: its relay finishes the increase. */
export interface PartitionIncreaseContext {
  readonly options: Pick<MessagingOptions, 'service' | 'contracts' | 'deadLetters'>;
  readonly dataSource: DataSource;
  readonly kafka: KafkaClient;
  readonly ports: RuntimePorts;
  /** Called about once a second. */
  readonly onProgress?: (line: string) => void;
  /** Aborted: stops waiting. The relay, or another run, finishes what has begun. */
  readonly signal?: AbortSignal;
}

export interface PartitionStatus {
  readonly topic: string;
  /** The relay computes a key's partition from this number. */
  readonly inForce: number;
  readonly increasingTo: number | null;
  readonly onBrokers: number;
}

export interface PartitionIncreaseRequest {
  readonly topic: string;
  readonly partitions: number;
  /** Recorded in `msg_operator_actions`. */
  readonly reason: string;
}

/**
 * Gives a topic more partitions while it is published to and consumed. Each key keeps its order: the request is saved in the
 * owner's database, the partitions are created, and the relay, the only publisher, uses them from one batch to the next. Each
 * record after that carries the former ends of the partitions (`ce_previousends`); no consumer handles it before it has handled those.
 */
export class PartitionIncrease {
  constructor(private readonly context: PartitionIncreaseContext) {}

  /** Throws PartitionIncreaseRejected if the topic is compacted or the service does not own it. */
  async status(topic: string): Promise<PartitionStatus> {
    const { options, kafka, dataSource } = this.context;
    const { partitions } = requireOwnTopic(options, topic);
    const onBrokers = (await kafka.endOffsets([topic])).length;
    const count = await partitionCountIn(dataSource, topic);
    return { topic, inForce: count?.partitions ?? partitions, increasingTo: count?.increasingTo ?? null, onBrokers };
  }

  /**
   * May be repeated after any failure; once the partitions exist, the relay finishes alone. If no relay runs, the result still has
   * the former `inForce`.
   */
  async run({ topic, partitions, reason }: PartitionIncreaseRequest): Promise<PartitionStatus> {
    const { dataSource, kafka, options } = this.context;
    return withLock(dataSource, async () => {
      const before = await this.status(topic);
      rejectImpossible(before, partitions);
      if (before.inForce === partitions) return before;
      if (before.increasingTo === null)
        await saveRequest(dataSource, { topic, inForce: before.inForce, partitions, reason, service: options.service });
      await kafka.increasePartitions(topic, partitions);
      return this.#waitForRelay(topic, partitions);
    });
  }

  /** Withdraws the request. Throws PartitionIncreaseRejected if the partitions exist: Kafka can't remove them. */
  async cancel({ topic, reason }: Omit<PartitionIncreaseRequest, 'partitions'>): Promise<PartitionStatus> {
    const { dataSource, options } = this.context;
    return withLock(dataSource, async () => {
      const { increasingTo, onBrokers } = await this.status(topic);
      if (increasingTo === null) throw new PartitionIncreaseRejected(`${topic} has no partition increase to cancel`);
      if (onBrokers >= increasingTo)
        throw new PartitionIncreaseRejected(
          `${topic} has its ${increasingTo} partitions already, and Kafka can't remove them: run the increase to ${increasingTo} again to finish it`,
        );
      await deleteRequest(dataSource, { topic, reason, service: options.service });
      return this.status(topic);
    });
  }

  async #waitForRelay(topic: string, partitions: number): Promise<PartitionStatus> {
    const { ports, options, onProgress, signal } = this.context;
    for (let waitedMs = 0; ; waitedMs += pollIntervalMs) {
      const status = await this.status(topic);
      if (status.inForce === partitions || waitedMs >= relayTimeoutMs || signal?.aborted) return status;
      if (waitedMs % 1_000 === 0)
        onProgress?.(
          `${topic} has ${partitions} partitions; waiting for the relay of ${options.service} to use them, ${waitedMs / 1_000} s`,
        );
      await ports.timers.wait(pollIntervalMs, signal);
    }
  }
}

function requireOwnTopic(options: PartitionIncreaseContext['options'], name: string): Topic {
  const own = ownTopics(options);
  const found = own.find((topic) => topic.name === name);
  if (!found)
    throw new PartitionIncreaseRejected(
      `${options.service} does not write ${name}; it writes ${own.map((topic) => topic.name).join(', ')}`,
    );
  if (isCompacted(found.retention)) {
    throw new PartitionIncreaseRejected(
      `${name} is compacted and can't have more partitions: the last record of a key would stay in its old partition for ever`,
    );
  }
  return found;
}

function rejectImpossible({ topic, inForce, increasingTo, onBrokers }: PartitionStatus, partitions: number): void {
  if (partitions < inForce)
    throw new PartitionIncreaseRejected(`${topic} has ${inForce} partitions, and Kafka can't remove any`);
  if (increasingTo !== null && increasingTo !== partitions) {
    throw new PartitionIncreaseRejected(
      `the increase of ${topic} from ${inForce} to ${increasingTo} partitions is not finished: run it again to ${increasingTo}, or cancel it first`,
    );
  }
  if (onBrokers > partitions)
    throw new PartitionIncreaseRejected(
      `${topic} has ${onBrokers} partitions on the brokers: increase it to ${onBrokers} or more`,
    );
}
