import { queryAll, type Databases, type OfService } from '../databases/databases.js';
import type { ReplayRecord } from './replay-store.js';

/** A replay as its database records it while it runs. */
export interface ReplaySummary {
  readonly id: string;
  readonly consumer: string;
  readonly state: ReplayRecord['state'];
  readonly generation: number | null;
  /** Messages, by what became of them. */
  readonly counts: Readonly<Record<string, number>>;
  readonly reason: string;
  readonly startedAt: Date;
  readonly updatedAt: Date;
}

const latest = `
select id::text as id, consumer, state, generation, counts, reason, started_at as "startedAt", updated_at as "updatedAt"
from msg_replays order by started_at desc limit $1`;

/** The latest replays of each service. */
export const replays = (databases: Databases, limit: number): Promise<OfService<ReplaySummary>[]> =>
  queryAll<ReplaySummary>(databases, latest, [limit]);
