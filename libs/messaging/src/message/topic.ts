/** A Kafka topic as the contracts declare it. Provisioning creates it; a service does not start when the broker has it with other settings. */
export interface Topic {
  /** `<owner's area>.<commands|events>`, `<service>.dlq`, or the name of a compacted topic. */
  readonly name: string;
  /** The only service that publishes to it, through its outbox. */
  readonly owner: string;
  /** Changed only by a partition increase, which keeps the order of each key. */
  readonly partitions: number;
  /** `keep`: all records forever, archived by the outbox. `compact`: the latest record of each key, never archived. */
  readonly retention: 'keep' | 'compact';
}

export const topic = (name: string, rest: Partial<Omit<Topic, 'name'>> & { owner: string }): Topic =>
  Object.freeze({ partitions: 6, retention: 'keep', ...rest, name });
