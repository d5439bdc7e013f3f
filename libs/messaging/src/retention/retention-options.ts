import { periodMs, type Period } from '../message/index.js';
import type { PrunedTable } from '../ports/index.js';

/** How long a service keeps what it has dealt with. What is left out is never pruned. */
export interface RetentionOptions {
  /** Marks of handled messages. Afterwards a horizon a partition says that they were handled: a replay cannot handle them any more. */
  readonly inbox?: Period;
  /** Published messages. Afterwards a lost Kafka is recovered without them. */
  readonly outboxArchive?: Period;
  /** Effects with a result. Pending ones stay. */
  readonly effects?: Period;
  /** The history of ended sagas. That of running ones stays. */
  readonly sagaHistory?: Period;
  /** Idempotency keys with their answers. Afterwards a repeated request is handled again. */
  readonly idempotencyKeys?: Period;
}

const tableOf: Readonly<Record<keyof RetentionOptions, PrunedTable>> = {
  inbox: 'msg_inbox',
  outboxArchive: 'msg_outbox_archive',
  effects: 'msg_effects',
  sagaHistory: 'msg_saga_history',
  idempotencyKeys: 'msg_idempotency',
};

/** Milliseconds for which each table keeps its rows. Throws a TypeError that names the option. */
export function checkRetentionOptions(options: RetentionOptions): ReadonlyMap<PrunedTable, number> {
  const periods = new Map<PrunedTable, number>();
  for (const [name, period] of Object.entries(options) as [keyof RetentionOptions, Period | undefined][]) {
    if (period === undefined) continue;
    const table = tableOf[name];
    if (!table) throw new TypeError(`retention.${name} does not exist: there are ${Object.keys(tableOf).join(', ')}`);
    try {
      periods.set(table, periodMs(period));
    } catch (error) {
      throw new TypeError(`retention.${name}: ${(error as Error).message}`, { cause: error });
    }
  }
  return periods;
}
