import type { PartitionOffset } from './kafka-client.js';

/** What a new database takes over from Kafka, so that a service whose database was dropped starts over. */
export interface Takeover {
  /** The last sequence of each key of the service's own topics. */
  readonly sequences: readonly { readonly topic: string; readonly key: string; readonly last: bigint }[];
  /** The ends of the service's own topics: what lies before counts as published by this database. */
  readonly published: readonly PartitionOffset[];
  /** The committed offsets of its consumer groups: what lies before counts as handled. */
  readonly handled: readonly (PartitionOffset & { readonly consumer: string })[];
}

/** What starting over needs of the database. */
export interface TakeoverStore {
  /** False as soon as the database has published, handled or dead-lettered a message. */
  isUnused(): Promise<boolean>;
  /**
   * Takes over the state of Kafka; messages that wait in the outbox are numbered behind it. False, and nothing is changed, where the database
   * is in use.
   */
  takeOver(takeover: Takeover): Promise<boolean>;
}
