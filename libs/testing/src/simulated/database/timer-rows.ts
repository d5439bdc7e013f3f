import type { TimerRow } from '@tradewind/messaging';
import type { DatabaseTransaction } from './database-transaction.js';
import { LockedRows } from './locked-rows.js';

/** A deadline; the time at which it falls due is unknown until the message that starts it is published. */
export type KeptTimer = TimerRow & { readonly dueAt: number | undefined };

/** Deadlines, on the database's clock. */
export class TimerRows {
  readonly #rows = new LockedRows<KeptTimer>('msg_timers');

  constructor(private readonly now: () => number) {}

  async arm(transaction: DatabaseTransaction, timers: readonly TimerRow[], met: readonly string[]): Promise<void> {
    const free = met.filter(
      (id) => this.#rows.read(id, transaction) && [undefined, transaction].includes(this.#rows.slot(id).owner),
    );
    await this.disarm(transaction, free);
    for (const timer of [...timers].sort((a, b) => (a.id < b.id ? -1 : 1))) {
      const dueAt = timer.startedBy === null ? transaction.startedAt + timer.milliseconds : undefined;
      await transaction.upsert(this.#rows, timer.id, () => ({ ...timer, dueAt }));
    }
  }

  async disarm(transaction: DatabaseTransaction, ids: readonly string[]): Promise<Set<string>> {
    const gone = new Set<string>();
    for (const id of [...ids].sort()) if (await transaction.update(this.#rows, id, () => undefined)) gone.add(id);
    return gone;
  }

  /** The ids of the timers that wait for a message. */
  waiting(): string[] {
    return [...this.#rows.all()].filter(([, { dueAt }]) => dueAt === undefined).map(([id]) => id);
  }

  /** Lets the time run for those of the timers that still wait for one of these messages. */
  async start(
    transaction: DatabaseTransaction,
    timers: readonly string[],
    published: ReadonlySet<string>,
  ): Promise<void> {
    const wanted = ({ startedBy, dueAt }: KeptTimer): boolean =>
      dueAt === undefined && startedBy !== null && published.has(startedBy);
    for (const id of timers) {
      await transaction.update(
        this.#rows,
        id,
        (row) => ({ ...row, dueAt: transaction.startedAt + row.milliseconds }),
        wanted,
      );
    }
  }

  due(limit: number): { id: string; sagaId: string; name: string }[] {
    const due = [...this.#rows.all()]
      .map(([, row]) => row)
      .filter(({ dueAt }) => dueAt !== undefined && dueAt <= this.now());
    return due
      .sort((a, b) => a.dueAt! - b.dueAt!)
      .slice(0, limit)
      .map(({ id, sagaId, name }) => ({ id, sagaId, name }));
  }

  async postpone(transaction: DatabaseTransaction, ids: readonly string[], milliseconds: number): Promise<void> {
    for (const id of ids)
      await transaction.update(this.#rows, id, (row) => ({ ...row, dueAt: transaction.startedAt + milliseconds }));
  }

  committed(): KeptTimer[] {
    return [...this.#rows.all()].map(([, row]) => ({ ...row }));
  }
}
