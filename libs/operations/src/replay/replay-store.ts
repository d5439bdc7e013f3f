import type { TopicPartition } from '@tradewind/messaging/internals';

/** Whether a replay runs, and how it has ended. */
export type ReplayState = 'running' | 'stopped' | 'done' | 'failed';

/** The saved progress of a replay, so that it can be resumed. */
export interface ReplayRecord {
  readonly id: string;
  readonly consumer: string;
  /** The request as JSON. */
  readonly request: object;
  /** Null: the replay uses the inbox of the running consumer. */
  readonly generation: number | null;
  readonly offsets: readonly (TopicPartition & { readonly offset: bigint })[];
  readonly counts: Readonly<Record<string, number>>;
  readonly state: ReplayState;
  readonly reason: string;
  readonly startedAt: Date;
  readonly updatedAt: Date;
}

/** What replays read and write in the service's database. */
export interface ReplayStore {
  /** Those of the ids that the consumer has handled or dead-lettered. */
  known(consumer: string, ids: readonly string[]): Promise<ReadonlySet<string>>;
  /** Starts a replay, in a new generation if `ownGeneration`, and records the operator action. */
  begin(replay: {
    readonly id: string;
    readonly consumer: string;
    readonly request: object;
    readonly ownGeneration: boolean;
    readonly reason: string;
  }): Promise<ReplayRecord>;
  save(id: string, progress: Pick<ReplayRecord, 'offsets' | 'counts' | 'state'>): Promise<void>;
  /** Newest first. */
  list(): Promise<readonly ReplayRecord[]>;
  find(id: string): Promise<ReplayRecord | undefined>;
}
