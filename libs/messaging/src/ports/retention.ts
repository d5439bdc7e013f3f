import type { PartitionOffset } from './kafka-client.js';

/** The tables that can be pruned. */
export const prunedTables = [
  'msg_inbox',
  'msg_outbox_archive',
  'msg_effects',
  'msg_saga_history',
  'msg_idempotency',
] as const;
export type PrunedTable = (typeof prunedTables)[number];

/** Every record before this offset was handled by the consumer or is a dead letter of it. Its inbox mark may have been pruned. */
export interface InboxHorizon extends PartitionOffset {
  readonly consumer: string;
  /** Marks that were received before are pruned. */
  readonly marksBefore: Date;
  /** When the ends were read that the horizon was made of. */
  readonly sampledAt: Date;
}

/** The ends of the partitions of a consumer at a time: a mark that was received before belongs to a record before them. */
export interface InboxSample {
  readonly at: Date;
  readonly ends: readonly PartitionOffset[];
}

/** One bounded step of a walk through a table. */
export interface PruneStep {
  readonly table: PrunedTable;
  /** Rows that the step looks at. */
  readonly rows: number;
  /** Where the walk continues, as the last step returned it; null: at its beginning. */
  readonly after: string | null;
  /** Rows that ended, were answered or published before. Of the inbox, the horizons decide. */
  readonly before: Date;
  /** Of the inbox: the consumer. */
  readonly consumer?: string;
  /** Of the inbox: milliseconds since a horizon was raised, so that no statement that began before it still runs. */
  readonly settledMs?: number;
  /** Of the archive: only rows of these partitions, from these offsets on. */
  readonly partitions?: readonly PartitionOffset[];
}

/** The result of one step of pruning. */
export interface PrunedStep {
  readonly removed: number;
  /** Null: the walk is at its end. */
  readonly after: string | null;
}

/** What pruning needs of the database. */
export interface RetentionStore {
  /** The time of the database: marks are received by its clock. */
  now(): Promise<Date>;
  addInboxSample(consumer: string, sample: InboxSample): Promise<void>;
  /** Oldest first. */
  inboxSamples(consumer: string): Promise<readonly InboxSample[]>;
  /**
   * Makes horizons of a sample whose ends the consumer has committed, and removes it and all older ones. Marks before `marksBefore` may
   * then be pruned. False while a replay of the consumer runs. Never lowers a horizon.
   */
  raiseInboxHorizons(consumer: string, sample: InboxSample, marksBefore: Date): Promise<boolean>;
  inboxHorizons(): Promise<readonly InboxHorizon[]>;
  /** The offsets before which rows of the archive may have been pruned. */
  archiveHorizons(): Promise<readonly PartitionOffset[]>;
  /** Deletes what may go among the next rows of a table, and waits for no lock of others for long. */
  prune(step: PruneStep): Promise<PrunedStep>;
  /** Bytes of each table of the library, with its indexes. */
  tableSizes(): Promise<readonly { readonly table: string; readonly bytes: number }[]>;
}
