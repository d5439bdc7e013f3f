import type { ClaimedEffect, EffectRow, Store } from '@tradewind/messaging/internals';
import type { DatabaseTransaction } from './database-transaction.js';
import { LockedRows, ValueIndex } from './locked-rows.js';

/** A scheduled effect and its progress. */
export interface StoredEffect extends Omit<EffectRow, 'payload'> {
  readonly payload: string;
  readonly position: number;
  readonly attempts: number;
  readonly scheduledAt: number;
  readonly dueAt: number;
  readonly leaseUntil: number | undefined;
  readonly token: string | undefined;
  readonly lastError: string | undefined;
  readonly deadLetteredAt: number | undefined;
  readonly doneAt: number | undefined;
}

export type ScheduledRow = Omit<EffectRow, 'payload'> & { readonly payload: string };

/** Effects and their leases, on the database's clock. */
export class EffectRows {
  readonly #rows = new LockedRows<StoredEffect>('msg_effects');
  readonly #pending = this.#rows.index(
    new ValueIndex<StoredEffect>(({ doneAt }) => (doneAt === undefined ? 'pending' : undefined)),
  );
  #position = 0;

  async schedule(transaction: DatabaseTransaction, rows: readonly ScheduledRow[]): Promise<void> {
    for (const row of rows) {
      const stored = {
        ...row,
        position: ++this.#position,
        attempts: 0,
        scheduledAt: transaction.startedAt,
        dueAt: transaction.startedAt,
        leaseUntil: undefined,
        token: undefined,
        lastError: undefined,
        deadLetteredAt: undefined,
        doneAt: undefined,
      };
      await transaction.insertIfNew(this.#rows, row.id, stored);
    }
  }

  /** Leases effects that are due and not leased: of each key the oldest, none while one of the key is leased. Skips locked rows. */
  async claim(
    transaction: DatabaseTransaction,
    names: readonly string[],
    limit: number,
    leaseMs: number,
    token: string,
  ): Promise<ClaimedEffect[]> {
    const now = transaction.startedAt;
    const pending = [...this.#pending.keys('pending')].map((id) => this.#rows.read(id)!);
    const oldest = new Map<string, StoredEffect>();
    for (const row of pending) oldest.set(row.key, earlier(row, oldest.get(row.key)));
    const ready = pending.filter(
      (row) =>
        row.dueAt <= now && (row.leaseUntil ?? -1) < now && names.includes(row.name) && oldest.get(row.key) === row,
    );
    const locked = new Set(pending.filter(({ id }) => this.#rows.slot(id).owner !== undefined).map(({ key }) => key));
    const unlocked = ready.filter(({ key }) => !locked.has(key)).sort((a, b) => a.dueAt - b.dueAt);
    const claimed: ClaimedEffect[] = [];
    for (const { id } of unlocked.slice(0, limit)) {
      await transaction.update(this.#rows, id, (row) => ({
        ...row,
        leaseUntil: now + leaseMs,
        token,
        attempts: row.attempts + 1,
      }));
      const { name, key, payload, cause, correlation, trace, attempts } = this.#rows.read(id, transaction)!;
      claimed.push({
        id,
        name,
        key,
        payload: JSON.parse(payload) as object,
        cause,
        correlation,
        trace,
        attempts,
        token,
      });
    }
    return claimed;
  }

  /** Number of effects that are not done, and the age of the oldest in seconds. */
  pending(now: number): Awaited<ReturnType<Store['pendingEffects']>> {
    const pending = [...this.#pending.keys('pending')].map((id) => this.#rows.read(id)!);
    return {
      pending: pending.length,
      seconds: pending.length === 0 ? 0 : (now - Math.min(...pending.map(({ scheduledAt }) => scheduledAt))) / 1_000,
    };
  }

  /** Skips effects that another transaction is finishing. */
  async renew(transaction: DatabaseTransaction, ids: readonly string[], token: string, leaseMs: number): Promise<void> {
    const unlocked = ids.filter((id) => this.#rows.slot(id).owner === undefined);
    for (const id of unlocked)
      await transaction.update(
        this.#rows,
        id,
        (row) => ({ ...row, leaseUntil: transaction.startedAt + leaseMs }),
        leasedBy(token),
      );
  }

  async retry(
    transaction: DatabaseTransaction,
    id: string,
    token: string,
    delayMs: number,
    error: string,
  ): Promise<void> {
    const change = (row: StoredEffect): StoredEffect => ({
      ...row,
      leaseUntil: undefined,
      dueAt: transaction.startedAt + delayMs,
      lastError: error,
    });
    await transaction.update(this.#rows, id, change, leasedBy(token));
  }

  async deadLetter(transaction: DatabaseTransaction, id: string, token: string, error: string): Promise<void> {
    const change = (row: StoredEffect): StoredEffect => ({
      ...row,
      leaseUntil: undefined,
      dueAt: Number.POSITIVE_INFINITY,
      deadLetteredAt: transaction.startedAt,
      lastError: error,
    });
    await transaction.update(this.#rows, id, change, leasedBy(token));
  }

  deadLetterCount(): number {
    return [...this.#pending.keys('pending')].filter((id) => this.#rows.read(id)!.deadLetteredAt !== undefined).length;
  }

  async finish(
    transaction: DatabaseTransaction,
    results: readonly { readonly id: string; readonly token: string }[],
  ): Promise<Set<string>> {
    const finished = new Set<string>();
    for (const { id, token } of results) {
      if (
        await transaction.update(
          this.#rows,
          id,
          (row) => ({ ...row, doneAt: transaction.startedAt, leaseUntil: undefined }),
          leasedBy(token),
        )
      )
        finished.add(id);
    }
    return finished;
  }

  async remove(transaction: DatabaseTransaction, id: string): Promise<void> {
    await transaction.update(this.#rows, id, () => undefined);
  }

  committed(): StoredEffect[] {
    return [...this.#rows.all()].map(([, row]) => ({ ...row })).sort((a, b) => a.position - b.position);
  }
}

/** A leased effect comes before all others of its key. */
function earlier(row: StoredEffect, other: StoredEffect | undefined): StoredEffect {
  if (!other || (row.leaseUntil !== undefined) !== (other.leaseUntil !== undefined))
    return !other || row.leaseUntil !== undefined ? row : other;
  return row.position < other.position ? row : other;
}

const leasedBy =
  (token: string) =>
  (row: StoredEffect): boolean =>
    row.token === token && row.doneAt === undefined;
