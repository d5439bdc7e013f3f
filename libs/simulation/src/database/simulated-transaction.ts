import type { Idempotency } from '@tradewind/messaging';
import type {
  AnyTable,
  Change,
  ClaimResult,
  EffectRow,
  IdempotencyClaim,
  LoadRequest,
  InboxMark,
  OutboxRow,
  DeadLetter,
  DeadLetterReason,
  TimeoutRow,
  Transaction,
} from '@tradewind/messaging/internals';
import type { DatabaseSession } from './database-session.js';
import type { DatabaseTransaction } from './database-transaction.js';
import { storedAnswer } from './idempotency-rows.js';
import { copyOf } from './inbox-rows.js';
import { jsonbOf } from './jsonb.js';
import { storedRow } from './outbox-rows.js';
import type { SimulatedDatabase } from './simulated-database.js';
import { uuidOf } from './stored-value.js';

/** The Transaction port: the same statements in the same order as in the PostgreSQL store, each a call of its own. */
export class SimulatedTransaction implements Transaction {
  readonly #database: SimulatedDatabase;

  constructor(private readonly session: DatabaseSession) {
    this.#database = session.database;
  }

  async mark(consumer: string, marks: readonly InboxMark[]): ReturnType<Transaction['mark']> {
    const { inbox, retention } = this.#database;
    const doubtful = new Set<string>();
    const { newIds, blocked } = await this.session.statement('mark', (tx) => {
      const compared = marks.map((each) => ({ each, result: retention.compare(consumer, each) }));
      for (const { each, result } of compared) if (result === 'doubtful') doubtful.add(each.id);
      const wanted = compared.filter(({ result }) => result === undefined).map(({ each }) => each);
      return inbox.mark(tx, consumer, wanted);
    });
    if (blocked.size > 0) {
      const orderingKeys = [
        ...new Set(marks.filter(({ id }) => blocked.has(id)).map(({ orderingKey }) => orderingKey)),
      ];
      await this.session.statement('lock blocked keys', (tx) => inbox.lockBlockedKeys(tx, consumer, orderingKeys));
      for (const id of await this.session.statement('already handled', (tx) => inbox.handled(tx, consumer, blocked)))
        blocked.delete(id);
    }
    if (doubtful.size > 0)
      for (const id of await this.session.statement('already handled', (tx) => inbox.handled(tx, consumer, doubtful)))
        doubtful.delete(id);
    const duplicates = marks
      .map(({ id }) => id)
      .filter((id) => !newIds.has(id) && !blocked.has(id) && !doubtful.has(id));
    return { duplicates: new Set(duplicates), blocked, doubtful };
  }

  savepoint(): Promise<never> {
    return Promise.reject(new TypeError('a transactional handler needs SQL: test it on a real PostgreSQL'));
  }

  async markRedriven(consumer: string, id: string, orderingKey: string, deadLetterId = id): Promise<boolean> {
    const { inbox } = this.#database;
    const remove = (tx: DatabaseTransaction) => inbox.removeDeadLetter(tx, consumer, deadLetterId);
    if (!(await this.session.statement('remove dead letter', remove))) return false;
    if (deadLetterId !== id)
      await this.session.statement('mark', (tx) => inbox.markOne(tx, consumer, deadLetterId, orderingKey));
    return this.session.statement('mark', (tx) => inbox.markOne(tx, consumer, id, orderingKey));
  }

  async unmark(consumer: string, ids: readonly string[]): Promise<void> {
    if (ids.length > 0) await this.session.statement('unmark', (tx) => this.#database.inbox.unmark(tx, consumer, ids));
  }

  async claim(claims: readonly IdempotencyClaim[]): Promise<readonly ClaimResult[]> {
    const { idempotency } = this.#database;
    const newClaims = await this.session.statement('claim', (tx) => idempotency.claim(tx, claims));
    if (newClaims.size === claims.length) return claims.map(() => ({ isNew: true }));
    return this.session.statement('answers', (tx) => idempotency.answers(tx, claims, newClaims));
  }

  async unclaim(claims: readonly Idempotency[]): Promise<void> {
    if (claims.length > 0)
      await this.session.statement('unclaim', (tx) => this.#database.idempotency.unclaim(tx, claims));
  }

  async saveAnswers(answers: readonly { readonly claim: Idempotency; readonly answer: unknown }[]): Promise<void> {
    if (answers.length === 0) return;
    const stored = answers.map(({ claim, answer }) => ({ claim, answer: storedAnswer(answer) }));
    await this.session.statement('save answers', (tx) => this.#database.idempotency.saveAnswers(tx, stored));
  }

  load({ table, by }: LoadRequest): Promise<readonly object[]> {
    return this.session.statement(`load ${table.name}`, (tx) => this.#database.tableRows(table).load(tx, by));
  }

  async save(table: AnyTable, changes: readonly Change[], known: ReadonlySet<string>): Promise<void> {
    const rows = this.#database.tableRows(table);
    const stored = changes.filter(({ row }) => row !== undefined);
    const deleted = changes.flatMap(({ row, key, isNew }) =>
      row === undefined && !isNew && known.has(key) ? [key] : [],
    );
    const insertedAndDeleted = changes.flatMap(({ row, key, isNew }) => (row === undefined && isNew ? [key] : []));
    const isUpdate = ({ isNew, key }: Change): boolean => !isNew && known.has(key);
    const updated = rows.stored('update', stored.filter(isUpdate));
    const inserted = rows.stored(
      'insert',
      stored.filter((change) => !isUpdate(change)),
    );
    if (deleted.length > 0) await this.session.statement(`delete ${table.name}`, (tx) => rows.remove(tx, deleted));
    if (updated.length > 0)
      await this.session.statement(`update ${table.name}`, (tx) => rows.save(tx, 'update', updated));
    if (inserted.length > 0)
      await this.session.statement(`insert ${table.name}`, (tx) => rows.save(tx, 'insert', inserted));
    if (insertedAndDeleted.length > 0)
      await this.session.statement(`delete ${table.name}`, (tx) => rows.remove(tx, insertedAndDeleted));
  }

  async append(rows: readonly OutboxRow[]): Promise<void> {
    if (rows.length === 0) return;
    const { outbox } = this.#database;
    const stored = rows.map(storedRow);
    const first = await this.session.statement('assign sequences', (tx) => outbox.assignSequences(tx, stored));
    await this.session.statement('append', (tx) => outbox.append(tx, stored, first));
  }

  async scheduleEffects(rows: readonly EffectRow[]): Promise<void> {
    if (rows.length === 0) return;
    const stored = rows.map((row) => ({
      ...row,
      id: uuidOf(row.id),
      cause: uuidOf(row.cause),
      payload: jsonbOf(row.payload),
    }));
    await this.session.statement('schedule effects', (tx) => this.#database.effects.schedule(tx, stored));
  }

  finishEffects(results: readonly { readonly id: string; readonly token: string }[]): Promise<ReadonlySet<string>> {
    return this.session.statement('finish effects', (tx) => this.#database.effects.finish(tx, results));
  }

  async scheduleTimeouts(rows: readonly TimeoutRow[], cancelled: readonly string[] = []): Promise<void> {
    if (rows.length + cancelled.length > 0)
      await this.session.statement('schedule timeouts', (tx) => this.#database.timeouts.schedule(tx, rows, cancelled));
  }

  takeTimeouts(ids: readonly string[]): Promise<ReadonlySet<string>> {
    return this.session.statement('take timeouts', (tx) => this.#database.timeouts.take(tx, ids));
  }

  async addDeadLetters(messages: readonly DeadLetter[], reason: DeadLetterReason | null): Promise<void> {
    if (messages.length === 0) return;
    const { inbox } = this.#database;
    const stored = messages.map(copyOf);
    if (reason) await this.session.statement('block key', (tx) => inbox.block(tx, stored[0]!, reason));
    await this.session.statement('add dead letters', (tx) => inbox.addDeadLetters(tx, stored));
  }

  async nextRedriven(consumer: string, orderingKey: string): Promise<DeadLetter | null> {
    const { inbox } = this.#database;
    if (!(await this.session.statement('lock blocked key', (tx) => inbox.isRedriving(tx, consumer, orderingKey))))
      return null;
    const first = await this.session.statement('next dead letter', (tx) =>
      inbox.firstDeadLetter(tx, consumer, orderingKey),
    );
    if (!first) await this.session.statement('unblock key', (tx) => inbox.unblock(tx, consumer, orderingKey));
    return first;
  }
}
