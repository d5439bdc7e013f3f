import type { PartitionOffset } from './kafka-client.js';

/** A message type on a topic. */
export interface TopicType {
  readonly topic: string;
  readonly type: string;
}

/** What a database remembers of its consumer groups besides inbox and dead letters. */
export interface ConsumerState {
  /** Decides once where a consumer starts on a topic that it has never read, and returns what was decided first. */
  decideStart(
    consumer: string,
    topic: string,
    offsets: readonly PartitionOffset[],
  ): Promise<readonly PartitionOffset[]>;
  /** The decided starts of a consumer, of all topics. Other partitions start at their beginning. */
  decidedStarts(consumer: string): Promise<readonly PartitionOffset[]>;
  /** Remembers a type that the consumer skips because it does not know it. */
  recordSkippedType(consumer: string, skipped: TopicType): Promise<void>;
  skippedTypes(consumer: string): Promise<readonly TopicType[]>;
  /** Everything that was skipped of these types is handled now. */
  forgetSkippedTypes(consumer: string, types: readonly string[]): Promise<void>;
}
