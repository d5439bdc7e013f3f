import type { ClaimedEffect, EffectRow } from '@tradewind/messaging';
import type { DatabaseTransaction } from './database-transaction.js';
import { LockedRows, ValueIndex } from './locked-rows.js';

/** A wished call to the outside, and how far it has got. */
export interface KeptEffect extends Omit<EffectRow, 'payload'> {
  readonly payload: string;
  readonly place: number;
  readonly tries: number;
  readonly wishedAt: number;
  readonly dueAt: number;
  readonly leaseUntil: number | undefined;
  readonly token: string | undefined;
  readonly lastError: string | undefined;
  readonly doneAt: number | undefined;
}

export type WishedRow = Omit<EffectRow, 'payload'> & { readonly payload: string };

/** Effects and their leases, on the database's clock. */
export class EffectRows {
  readonly #rows = new LockedRows<KeptEffect>('msg_effects');
  readonly #open = this.#rows.index(
    new ValueIndex<KeptEffect>(({ doneAt }) => (doneAt === undefined ? 'open' : undefined)),
  );
  #place = 0;

  async wish(transaction: DatabaseTransaction, rows: readonly WishedRow[]): Promise<void> {
    for (const row of rows) {
      const kept = {
        ...row,
        place: ++this.#place,
        tries: 0,
        wishedAt: transaction.startedAt,
        dueAt: transaction.startedAt,
        leaseUntil: undefined,
        token: undefined,
        lastError: undefined,
        doneAt: undefined,
      };
      await transaction.insertIfNew(this.#rows, row.id, kept);
    }
  }

  /** Whatever is due and leased by nobody, the leased one of each key or else the oldest; rows that a transaction has locked are passed over. */
  async claim(
    transaction: DatabaseTransaction,
    names: readonly string[],
    limit: number,
    lease: number,
    token: string,
  ): Promise<ClaimedEffect[]> {
    const now = transaction.startedAt;
    const open = [...this.#open.keys('open')].map((id) => this.#rows.read(id)!);
    const first = new Map<string, KeptEffect>();
    for (const row of open) first.set(row.key, earlier(row, first.get(row.key)));
    const ready = open.filter(
      (row) =>
        row.dueAt <= now && (row.leaseUntil ?? -1) < now && names.includes(row.name) && first.get(row.key) === row,
    );
    const locked = new Set(open.filter(({ id }) => this.#rows.slot(id).owner !== undefined).map(({ key }) => key));
    const free = ready.filter(({ key }) => !locked.has(key)).sort((a, b) => a.dueAt - b.dueAt);
    const claimed: ClaimedEffect[] = [];
    for (const { id } of free.slice(0, limit)) {
      await transaction.update(this.#rows, id, (row) => ({
        ...row,
        leaseUntil: now + lease,
        token,
        tries: row.tries + 1,
      }));
      const { name, key, payload, cause, correlation, tries } = this.#rows.read(id, transaction)!;
      claimed.push({ id, name, key, payload: JSON.parse(payload) as object, cause, correlation, tries, token });
    }
    return claimed;
  }

  /** How many are not settled, and the age of the oldest in seconds. */
  open(now: number): { open: number; seconds: number } {
    const open = [...this.#open.keys('open')].map((id) => this.#rows.read(id)!);
    return {
      open: open.length,
      seconds: open.length === 0 ? 0 : (now - Math.min(...open.map(({ wishedAt }) => wishedAt))) / 1_000,
    };
  }

  /** What is just being settled is passed over. */
  async renew(transaction: DatabaseTransaction, ids: readonly string[], token: string, lease: number): Promise<void> {
    const free = ids.filter((id) => this.#rows.slot(id).owner === undefined);
    for (const id of free)
      await transaction.update(
        this.#rows,
        id,
        (row) => ({ ...row, leaseUntil: transaction.startedAt + lease }),
        leasedBy(token),
      );
  }

  async retry(
    transaction: DatabaseTransaction,
    id: string,
    token: string,
    inMilliseconds: number,
    error: string,
  ): Promise<void> {
    const change = (row: KeptEffect): KeptEffect => ({
      ...row,
      leaseUntil: undefined,
      dueAt: transaction.startedAt + inMilliseconds,
      lastError: error,
    });
    await transaction.update(this.#rows, id, change, leasedBy(token));
  }

  async finish(
    transaction: DatabaseTransaction,
    ends: readonly { readonly id: string; readonly token: string }[],
  ): Promise<Set<string>> {
    const ended = new Set<string>();
    for (const { id, token } of ends) {
      if (
        await transaction.update(
          this.#rows,
          id,
          (row) => ({ ...row, doneAt: transaction.startedAt, leaseUntil: undefined }),
          leasedBy(token),
        )
      )
        ended.add(id);
    }
    return ended;
  }

  committed(): KeptEffect[] {
    return [...this.#rows.all()].map(([, row]) => ({ ...row })).sort((a, b) => a.place - b.place);
  }
}

/** What is leased goes before all others of its key. */
function earlier(row: KeptEffect, other: KeptEffect | undefined): KeptEffect {
  if (!other || (row.leaseUntil !== undefined) !== (other.leaseUntil !== undefined))
    return !other || row.leaseUntil !== undefined ? row : other;
  return row.place < other.place ? row : other;
}

const leasedBy =
  (token: string) =>
  (row: KeptEffect): boolean =>
    row.token === token && row.doneAt === undefined;
