import type { DueTimeout, TimeoutRow } from '@tradewind/messaging/internals';
import type { DatabaseTransaction } from './database-transaction.js';
import { LockedRows } from './locked-rows.js';

/** A saga timeout. `dueAt` is undefined until the message that starts it is published. */
export type StoredTimeout = TimeoutRow & { readonly dueAt: number | undefined };

/** Saga timeouts, on the clock of the database. */
export class TimeoutRows {
  readonly #rows = new LockedRows<StoredTimeout>('msg_timeouts');

  constructor(private readonly now: () => number) {}

  /** Adds timeouts and cancels others. Skips cancelled ones that another transaction has locked. */
  async schedule(
    transaction: DatabaseTransaction,
    timeouts: readonly TimeoutRow[],
    cancelled: readonly string[],
  ): Promise<void> {
    const unlocked = cancelled.filter(
      (id) =>
        this.#rows.read(id, transaction) &&
        [undefined, transaction].includes(this.#rows.slot(id).owner as DatabaseTransaction | undefined),
    );
    await this.take(transaction, unlocked);
    for (const timeout of [...timeouts].sort((a, b) => (a.id < b.id ? -1 : 1))) {
      const dueAt = timeout.startedBy === null ? transaction.startedAt + timeout.timeoutMs : undefined;
      await transaction.upsert(this.#rows, timeout.id, () => ({ ...timeout, dueAt }));
    }
  }

  /** Removes timeouts; returns the ids that existed. */
  async take(transaction: DatabaseTransaction, ids: readonly string[]): Promise<Set<string>> {
    const removed = new Set<string>();
    for (const id of [...ids].sort()) if (await transaction.update(this.#rows, id, () => undefined)) removed.add(id);
    return removed;
  }

  /** Ids of the timeouts that wait for the publication of a message. */
  waiting(): string[] {
    return [...this.#rows.all()].filter(([, { dueAt }]) => dueAt === undefined).map(([id]) => id);
  }

  /** Starts those timeouts that still wait for one of these messages. */
  async start(
    transaction: DatabaseTransaction,
    timeouts: readonly string[],
    published: ReadonlySet<string>,
  ): Promise<void> {
    const isStarted = ({ startedBy, dueAt }: StoredTimeout): boolean =>
      dueAt === undefined && startedBy !== null && published.has(startedBy);
    for (const id of timeouts) {
      await transaction.update(
        this.#rows,
        id,
        (row) => ({ ...row, dueAt: transaction.startedAt + row.timeoutMs }),
        isStarted,
      );
    }
  }

  due(limit: number, skip: number): DueTimeout[] {
    const due = [...this.#rows.all()]
      .map(([, row]) => row)
      .filter(({ dueAt }) => dueAt !== undefined && dueAt <= this.now());
    return due
      .sort((a, b) => a.dueAt! - b.dueAt! || (a.id < b.id ? -1 : 1))
      .slice(skip, skip + limit)
      .map(({ id, sagaId, name, trace }) => ({ id, sagaId, name, trace }));
  }

  /** For how long the oldest due timeout of each saga is due. */
  overdue(): { saga: string; seconds: number }[] {
    const oldest = new Map<string, number>();
    for (const [, { sagaId, dueAt }] of this.#rows.all()) {
      const saga = sagaId.slice(0, sagaId.indexOf(':'));
      if (dueAt !== undefined && dueAt <= this.now()) oldest.set(saga, Math.min(dueAt, oldest.get(saga) ?? dueAt));
    }
    return [...oldest].map(([saga, dueAt]) => ({ saga, seconds: (this.now() - dueAt) / 1_000 }));
  }

  async postpone(transaction: DatabaseTransaction, ids: readonly string[], delayMs: number): Promise<void> {
    for (const id of ids)
      await transaction.update(this.#rows, id, (row) => ({ ...row, dueAt: transaction.startedAt + delayMs }));
  }

  committed(): StoredTimeout[] {
    return [...this.#rows.all()].map(([, row]) => ({ ...row }));
  }
}
