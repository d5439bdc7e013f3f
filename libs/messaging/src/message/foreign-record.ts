/** A record of a topic that another system writes. */
export interface ForeignRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  readonly timestamp: Date | undefined;
  /** Text. Bytes that are not UTF-8 text are `base64:…`. */
  readonly key: string | null;
  /** Text, as the key. A header that occurs several times has its first value. */
  readonly headers: Readonly<Record<string, string>>;
  readonly value: Buffer | null;
  /** The value as UTF-8 text. Throws for other bytes, and where there is no value. */
  text(): string;
  /** The value as JSON. Throws where it is none. */
  json(): unknown;
}

/** What a foreign record means to this system. */
export interface ForeignMessage {
  /** A class that is marked with `@Message` on this topic. */
  readonly message: new () => object;
  /** Its fields. They are validated. */
  readonly fields: object;
  /** Identifies the message on its topic: any text that is not empty. Default: topic, partition and offset. */
  readonly id?: string | undefined;
  /** Rises with each message of a key, for projections. Default: the offset + 1. */
  readonly sequence?: bigint | number | undefined;
}

/** Returned by `read` of a foreign topic for a record that is skipped. */
export const ignore = Symbol('ignore');

/** How a foreign topic is read. */
export interface ForeignReading {
  /** Pure. What it throws becomes the reason of a dead letter. */
  readonly read: (record: ForeignRecord) => ForeignMessage | typeof ignore;
  /**
   * Where a consumer group starts that has never read the topic. `latest`: at the ends at that moment, decided once. Partitions that are added
   * later start at their beginning.
   */
  readonly from: 'earliest' | 'latest';
  /** Lets provisioning create the topic, for development and tests. Default: only its owner creates it. */
  readonly create?: { readonly partitions: number } | undefined;
}
