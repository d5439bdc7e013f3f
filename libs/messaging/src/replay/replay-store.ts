import type { TopicPartition } from '../kafka/kafka-client.js';

export type ReplayState = 'running' | 'stopped' | 'done' | 'failed';

/** What a replay has come to, kept so that it can be gone on with. */
export interface ReplayRecord {
  readonly id: string;
  readonly consumer: string;
  /** The request, as JSON. */
  readonly request: object;
  /** Null where the inbox of the living consumer holds. */
  readonly generation: number | null;
  readonly positions: readonly (TopicPartition & { readonly next: bigint })[];
  readonly counts: Readonly<Record<string, number>>;
  readonly state: ReplayState;
  readonly reason: string;
  readonly startedAt: Date;
  readonly updatedAt: Date;
}

/** What replays keep in the service's database, and what they ask of it. */
export interface ReplayStore {
  /** Those of these ids that the consumer has handled, or that are parked for it. */
  known(consumer: string, ids: readonly string[]): Promise<ReadonlySet<string>>;
  /** Begins one, in a generation of its own where it asks for one, and notes the deed. */
  begin(replay: {
    readonly id: string;
    readonly consumer: string;
    readonly request: object;
    readonly ownGeneration: boolean;
    readonly reason: string;
  }): Promise<ReplayRecord>;
  keep(id: string, progress: Pick<ReplayRecord, 'positions' | 'counts' | 'state'>): Promise<void>;
  /** The latest first. */
  list(): Promise<readonly ReplayRecord[]>;
  find(id: string): Promise<ReplayRecord | undefined>;
}
