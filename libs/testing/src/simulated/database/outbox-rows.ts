import type { ClaimedRecord, OutboxRow, PublishedRow, TakenRow, TopicPartition } from '@tradewind/messaging';
import type { DatabaseTransaction } from './database-transaction.js';
import { jsonbOf } from './jsonb.js';
import { LockedRows } from './locked-rows.js';
import { uuidOf } from './stored-row.js';
import type { TimerRows } from './timer-rows.js';

/** A message that has been published, and where it lies. */
export interface ArchivedRow extends TakenRow {
  readonly partition: number;
  readonly offset: bigint;
}

type Waiting = TakenRow & { readonly appendedAt: number };

const laneOf = (topic: string, key: string): string => `${topic}\n${key}`;
const byPosition = (a: TakenRow, b: TakenRow): number => (a.position < b.position ? -1 : 1);

/** As the database keeps it: checked, and sharing nothing with whoever appends. */
export const appended = (row: OutboxRow): OutboxRow => ({
  ...row,
  id: uuidOf(row.id),
  causation: uuidOf(row.causation),
  occurredAt: new Date(row.occurredAt),
  headers: row.headers === null ? null : (JSON.parse(jsonbOf(row.headers)) as Record<string, string>),
});

const copied = <R extends OutboxRow>(row: R): R => ({
  ...row,
  occurredAt: new Date(row.occurredAt),
  headers: row.headers && { ...row.headers },
});

/** Outbox, archive, sequences and held lanes. */
export class OutboxRows {
  readonly #waiting = new LockedRows<Waiting>('msg_outbox');
  readonly #archive = new LockedRows<ArchivedRow>('msg_outbox_archive');
  readonly #held = new LockedRows<{ readonly position: bigint; readonly reason: string }>('msg_outbox_held');
  readonly #sequences = new LockedRows<{ readonly last: bigint }>('msg_sequences');
  readonly #epoch = new LockedRows<{ readonly epoch: bigint }>('msg_relay');
  readonly #reached = new LockedRows<TopicPartition & { readonly next: bigint }>('msg_relay_positions');
  #position = 0n;

  constructor(
    private readonly timers: TimerRows,
    private readonly note: (text: string) => void,
  ) {}

  /** Counts the sequences on; their rows stay locked until the commit. Gives the first sequence of each row's lane. */
  async number(transaction: DatabaseTransaction, rows: readonly OutboxRow[]): Promise<Map<string, bigint>> {
    const counts = new Map<string, bigint>();
    for (const { topic, key } of rows) counts.set(laneOf(topic, key), (counts.get(laneOf(topic, key)) ?? 0n) + 1n);
    const first = new Map<string, bigint>();
    for (const lane of [...counts.keys()].sort()) {
      const count = counts.get(lane)!;
      const { last } = await transaction.upsert(this.#sequences, lane, (before) => ({
        last: (before?.last ?? 0n) + count,
      }));
      first.set(lane, last - count + 1n);
    }
    return first;
  }

  /** Positions are given now, not at the commit: one that commits later may have the lower. */
  append(transaction: DatabaseTransaction, rows: readonly OutboxRow[], first: ReadonlyMap<string, bigint>): void {
    const next = new Map(first);
    for (const row of rows) {
      const lane = laneOf(row.topic, row.key);
      const sequence = next.get(lane)!;
      next.set(lane, sequence + 1n);
      const position = ++this.#position;
      const slot = this.#waiting.slot(String(position));
      void transaction.acquire(slot);
      transaction.write(slot, { ...row, position, sequence, appendedAt: transaction.startedAt });
      this.note(`appends ${row.id} ${row.type} ${row.key} ${sequence} at ${position}`);
    }
  }

  async lead(transaction: DatabaseTransaction): Promise<bigint> {
    return (await transaction.upsert(this.#epoch, 'single', (before) => ({ epoch: (before?.epoch ?? 0n) + 1n }))).epoch;
  }

  take(limit: number): TakenRow[] {
    const rows = [...this.#waiting.all()]
      .map(([, row]) => row)
      .filter(({ topic, key }) => this.#held.read(laneOf(topic, key)) === undefined);
    return rows.sort(byPosition).slice(0, limit).map(taken);
  }

  /** Whether this is the epoch still; it stays so until the transaction ends. */
  async isLed(transaction: DatabaseTransaction, epoch: bigint): Promise<boolean> {
    return (await transaction.forUpdate(this.#epoch, 'single', (row) => row.epoch === epoch)) !== undefined;
  }

  /** How many of the rows could be marked: none once the epoch has moved on. */
  async mark(transaction: DatabaseTransaction, published: readonly PublishedRow[], epoch: bigint): Promise<number> {
    if (!(await this.isLed(transaction, epoch))) return 0;
    const snapshot = published.filter(({ position }) => this.#waiting.read(String(position)) !== undefined);
    const waiting = this.timers.waiting();
    const gone: Waiting[] = [];
    for (const { position, partition, offset } of snapshot) {
      const row = await transaction.update(this.#waiting, String(position), () => undefined);
      if (!row) continue;
      gone.push(row);
      await transaction.upsert(this.#reached, `${row.topic}:${partition}`, (before) => {
        const next = before && before.next > offset ? before.next : offset + 1n;
        return { topic: row.topic, partition, next };
      });
      if (row.archived)
        await transaction.insertIfNew(this.#archive, String(position), { ...taken(row), partition, offset });
    }
    await this.timers.start(transaction, waiting, new Set(gone.map(({ id }) => id)));
    return gone.length;
  }

  async hold(transaction: DatabaseTransaction, { topic, key, position }: TakenRow, reason: string): Promise<void> {
    await transaction.insertIfNew(this.#held, laneOf(topic, key), { position, reason });
  }

  publishedTo(): (TopicPartition & { readonly next: bigint })[] {
    return [...this.#reached.all()].map(([, row]) => ({ ...row }));
  }

  neverSaid(records: readonly ClaimedRecord[]): ReadonlySet<string> {
    const said = new Set([...this.#waiting.all(), ...this.#archive.all()].map(([, { id }]) => id));
    const counted = ({ topic, key, sequence }: ClaimedRecord): boolean =>
      (this.#sequences.read(laneOf(topic, key))?.last ?? 0n) >= sequence;
    return new Set(
      records.filter((record) => !said.has(record.id) && (record.archived || !counted(record))).map(({ id }) => id),
    );
  }

  lag(now: number): { rows: number; seconds: number; held: number } {
    const rows = [...this.#waiting.all()].map(([, row]) => row.appendedAt);
    return {
      rows: rows.length,
      seconds: rows.length === 0 ? 0 : (now - Math.min(...rows)) / 1_000,
      held: [...this.#held.all()].length,
    };
  }

  /** Committed and not yet marked as published, in the order of positions. */
  waiting(): TakenRow[] {
    return [...this.#waiting.all()].map(([, row]) => taken(row)).sort(byPosition);
  }

  archive(): ArchivedRow[] {
    return [...this.#archive.all()].map(([, row]) => copied(row)).sort(byPosition);
  }
}

const taken = ({ appendedAt: _at, ...row }: Waiting): TakenRow => copied(row);
