import { checkRetention, type TopicRetention } from './topic-retention.js';

/** A Kafka topic as the contracts declare it. Provisioning creates it; a service does not start when the broker has it with other settings. */
export interface Topic {
  /** `<owner's area>.<commands|events>`, `<service>.dlq`, or the name of a compacted topic. */
  readonly name: string;
  /** The only service that publishes to it, through its outbox. */
  readonly owner: string;
  /** Changed only by a partition increase, which keeps the order of each key. */
  readonly partitions: number;
  /** What the broker keeps. The outbox archives everything except the records of compacted topics. */
  readonly retention: TopicRetention;
}

/** Throws a TypeError on a retention that is none. */
export function topic(name: string, rest: Partial<Omit<Topic, 'name'>> & { owner: string }): Topic {
  const declared: Topic = Object.freeze({ partitions: 6, retention: 'keep', ...rest, name });
  checkRetention(name, declared.retention);
  return declared;
}
