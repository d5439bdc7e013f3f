import type {
  OutboxRow,
  OwnRecord,
  PartitionOffset,
  PublishedRow,
  Store,
  Takeover,
  TopicPartition,
  UnpublishedRow,
} from '@tradewind/messaging/internals';
import type { DatabaseTransaction } from './database-transaction.js';
import { jsonbOf } from './jsonb.js';
import { LockedRows } from './locked-rows.js';
import { uuidOf } from './stored-value.js';
import type { TimeoutRows } from './timeout-rows.js';

/** A published message with its partition and offset. */
export interface ArchivedRow extends UnpublishedRow {
  readonly partition: number;
  readonly offset: bigint;
  /** Milliseconds since 1970, on the clock of the database. */
  readonly publishedAt: number;
}

type WaitingRow = UnpublishedRow & { readonly appendedAt: number };

const orderingKeyOf = (topic: string, key: string): string => `${topic}\n${key}`;
const byPosition = (a: UnpublishedRow, b: UnpublishedRow): number => (a.position < b.position ? -1 : 1);

/** A validated deep copy. */
export const storedRow = (row: OutboxRow): OutboxRow => ({
  ...row,
  id: uuidOf(row.id),
  causation: uuidOf(row.causation),
  occurredAt: new Date(row.occurredAt),
  headers: row.headers === null ? null : (JSON.parse(jsonbOf(row.headers)) as Record<string, string>),
});

const copyOf = <R extends OutboxRow>(row: R): R => ({
  ...row,
  occurredAt: new Date(row.occurredAt),
  headers: row.headers && { ...row.headers },
});

/** Outbox, archive, sequences and blocked keys of the relay. */
export class OutboxRows {
  readonly #unpublished = new LockedRows<WaitingRow>('msg_outbox');
  readonly #archive = new LockedRows<ArchivedRow>('msg_outbox_archive');
  readonly #blockedKeys = new LockedRows<{ readonly position: bigint; readonly reason: string }>('outbox_blocked_keys');
  readonly #sequences = new LockedRows<{ readonly last: bigint }>('msg_sequences');
  readonly #epoch = new LockedRows<{ readonly epoch: bigint }>('msg_relay');
  readonly #publishedEnds = new LockedRows<TopicPartition & { readonly offset: bigint }>('msg_published_offsets');
  #position = 0n;

  constructor(
    private readonly timeouts: TimeoutRows,
    private readonly note: (text: string) => void,
  ) {}

  /** Increments the sequences; their rows stay locked until the commit. Returns the firstSequences sequence of each ordering key. */
  async assignSequences(transaction: DatabaseTransaction, rows: readonly OutboxRow[]): Promise<Map<string, bigint>> {
    const counts = new Map<string, bigint>();
    for (const { topic, key } of rows)
      counts.set(orderingKeyOf(topic, key), (counts.get(orderingKeyOf(topic, key)) ?? 0n) + 1n);
    const firstSequences = new Map<string, bigint>();
    for (const orderingKey of [...counts.keys()].sort()) {
      const count = counts.get(orderingKey)!;
      const { last } = await transaction.upsert(this.#sequences, orderingKey, (before) => ({
        last: (before?.last ?? 0n) + count,
      }));
      firstSequences.set(orderingKey, last - count + 1n);
    }
    return firstSequences;
  }

  /** Positions are assigned here, not at the commit: a transaction that commits later may have a lower one. */
  append(
    transaction: DatabaseTransaction,
    rows: readonly OutboxRow[],
    firstSequences: ReadonlyMap<string, bigint>,
  ): void {
    const next = new Map(firstSequences);
    for (const row of rows) {
      const orderingKey = orderingKeyOf(row.topic, row.key);
      const sequence = next.get(orderingKey)!;
      next.set(orderingKey, sequence + 1n);
      const position = ++this.#position;
      const slot = this.#unpublished.slot(String(position));
      void transaction.acquire(slot);
      transaction.write(slot, { ...row, position, sequence, appendedAt: transaction.startedAt });
      this.note(`appends ${row.id} ${row.type} ${row.key} ${sequence} at ${position}`);
    }
  }

  async lead(transaction: DatabaseTransaction): Promise<bigint> {
    return (await transaction.upsert(this.#epoch, 'single', (before) => ({ epoch: (before?.epoch ?? 0n) + 1n }))).epoch;
  }

  take(limit: number): UnpublishedRow[] {
    const rows = [...this.#unpublished.all()]
      .map(([, row]) => row)
      .filter(({ topic, key }) => this.#blockedKeys.read(orderingKeyOf(topic, key)) === undefined);
    return rows.sort(byPosition).slice(0, limit).map(withoutTime);
  }

  /** Locks the epoch and returns whether it is still the current one. */
  async isCurrent(transaction: DatabaseTransaction, epoch: bigint): Promise<boolean> {
    return (await transaction.forUpdate(this.#epoch, 'single', (row) => row.epoch === epoch)) !== undefined;
  }

  /** Returns the marked rows: none when the epoch is no longer current. */
  async mark(
    transaction: DatabaseTransaction,
    published: readonly PublishedRow[],
    epoch: bigint,
  ): Promise<readonly UnpublishedRow[]> {
    if (!(await this.isCurrent(transaction, epoch))) return [];
    const snapshot = published.filter(({ position }) => this.#unpublished.read(String(position)) !== undefined);
    const waiting = this.timeouts.waiting();
    const removed: WaitingRow[] = [];
    for (const { position, partition, offset } of snapshot) {
      const row = await transaction.update(this.#unpublished, String(position), () => undefined);
      if (!row) continue;
      removed.push(row);
      await transaction.upsert(this.#publishedEnds, `${row.topic}:${partition}`, (before) => {
        const end = before && before.offset > offset ? before.offset : offset + 1n;
        return { topic: row.topic, partition, offset: end };
      });
      if (row.archived)
        await transaction.insertIfNew(this.#archive, String(position), {
          ...withoutTime(row),
          partition,
          offset,
          publishedAt: transaction.startedAt,
        });
    }
    await this.timeouts.start(transaction, waiting, new Set(removed.map(({ id }) => id)));
    return removed;
  }

  async block(
    transaction: DatabaseTransaction,
    { topic, key, position }: UnpublishedRow,
    reason: string,
  ): Promise<void> {
    await transaction.insertIfNew(this.#blockedKeys, orderingKeyOf(topic, key), { position, reason });
  }

  publishedEnds(): (TopicPartition & { readonly offset: bigint })[] {
    return [...this.#publishedEnds.all()].map(([, row]) => ({ ...row }));
  }

  get isUnused(): boolean {
    return isEmpty(this.#archive.all()) && isEmpty(this.#publishedEnds.all());
  }

  async takeOver(transaction: DatabaseTransaction, { sequences, published }: Takeover): Promise<void> {
    const taken = new Map(sequences.map(({ topic, key, last }) => [orderingKeyOf(topic, key), last]));
    for (const [orderingKey, last] of taken)
      await transaction.upsert(this.#sequences, orderingKey, (before) => ({ last: (before?.last ?? 0n) + last }));
    for (const [position, { topic, key }] of [...this.#unpublished.all()]) {
      const last = taken.get(orderingKeyOf(topic, key));
      if (last === undefined) continue;
      await transaction.update(this.#unpublished, position, (row) => ({ ...row, sequence: row.sequence + last }));
    }
    for (const { topic, partition, offset } of published)
      await transaction.insertIfNew(this.#publishedEnds, `${topic}:${partition}`, { topic, partition, offset });
  }

  notPublishedHere(records: readonly OwnRecord[]): ReadonlySet<string> {
    const known = new Set([...this.#unpublished.all(), ...this.#archive.all()].map(([, { id }]) => id));
    const isNumbered = ({ topic, key, sequence }: OwnRecord): boolean =>
      (this.#sequences.read(orderingKeyOf(topic, key))?.last ?? 0n) >= sequence;
    return new Set(
      records.filter((record) => !known.has(record.id) && (record.archived || !isNumbered(record))).map(({ id }) => id),
    );
  }

  lag(now: number): Awaited<ReturnType<Store['outboxLag']>> {
    const rows = [...this.#unpublished.all()].map(([, row]) => row.appendedAt);
    return {
      rows: rows.length,
      seconds: rows.length === 0 ? 0 : (now - Math.min(...rows)) / 1_000,
      blocked: [...this.#blockedKeys.all()].length,
    };
  }

  /** Rows that are committed and not marked as published, by position. */
  unpublished(): UnpublishedRow[] {
    return [...this.#unpublished.all()].map(([, row]) => withoutTime(row)).sort(byPosition);
  }

  /** The rows of the archive, and which were published before and lie on these partitions, from these offsets on. */
  archiveCandidates(
    before: number,
    partitions: readonly PartitionOffset[],
  ): { position: bigint; isOld: boolean; place: PartitionOffset }[] {
    const from = new Map(partitions.map(({ topic, partition, offset }) => [`${topic}:${partition}`, offset]));
    return [...this.#archive.all()].map(([, { position, topic, partition, offset, publishedAt }]) => {
      const first = from.get(`${topic}:${partition}`);
      const isOld = first !== undefined && offset >= first && publishedAt < before;
      return { position, isOld, place: { topic, partition, offset: offset + 1n } };
    });
  }

  async removeArchived(transaction: DatabaseTransaction, position: bigint): Promise<void> {
    await transaction.update(this.#archive, String(position), () => undefined);
  }

  archive(): ArchivedRow[] {
    return [...this.#archive.all()].map(([, row]) => copyOf(row)).sort(byPosition);
  }
}

const isEmpty = (rows: Iterable<unknown>): boolean => [...rows].length === 0;

const withoutTime = ({ appendedAt: _at, ...row }: WaitingRow): UnpublishedRow => copyOf(row);
