/** A Kafka topic as the contracts declare it. Provisioning creates it so, and a broker that has it otherwise stops the start. */
export interface Topic {
  /** `<owner's area>.<commands|events>`, `<service>.dlq`, or a compacted one. */
  readonly name: string;
  /** The one service that writes here, through its outbox. */
  readonly owner: string;
  /** Fixed: a key's place in the order depends on it. */
  readonly partitions: number;
  /** `keep`: every record for ever, archived by the outbox. `compact`: the latest record of a key, never archived. */
  readonly retention: 'keep' | 'compact';
}

export const topic = (name: string, rest: Partial<Omit<Topic, 'name'>> & { owner: string }): Topic =>
  Object.freeze({ partitions: 6, retention: 'keep', ...rest, name });
