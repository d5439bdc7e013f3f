import type {
  AnyTable,
  Change,
  Claimed,
  EffectRow,
  Idempotency,
  IdempotencyClaim,
  LoadRequest,
  Mark,
  OutboxRow,
  ParkedMessage,
  ParkReason,
  TimerRow,
  Transaction,
} from '@tradewind/messaging';
import type { DatabaseSession } from './database-session.js';
import { keptAnswer } from './idempotency-rows.js';
import { copiedMessage } from './inbox-rows.js';
import { jsonbOf } from './jsonb.js';
import { appended } from './outbox-rows.js';
import type { SimulatedDatabase } from './simulated-database.js';
import { uuidOf } from './stored-row.js';

/** The port's transaction: the same statements, in the same order, as the one on PostgreSQL, each a call of its own. */
export class SimulatedTransaction implements Transaction {
  readonly #database: SimulatedDatabase;

  constructor(private readonly session: DatabaseSession) {
    this.#database = session.database;
  }

  async mark(consumer: string, marks: readonly Mark[]): ReturnType<Transaction['mark']> {
    const { inbox } = this.#database;
    const { fresh, waiting } = await this.session.statement('mark', (tx) => inbox.mark(tx, consumer, marks));
    if (waiting.size > 0) {
      const lanes = [...new Set(marks.filter(({ id }) => waiting.has(id)).map(({ lane }) => lane))];
      await this.session.statement('hold lanes', (tx) => inbox.holdLanes(tx, consumer, lanes));
      for (const id of await this.session.statement('already seen', (tx) => inbox.handled(tx, consumer, waiting)))
        waiting.delete(id);
    }
    return { seen: new Set(marks.map(({ id }) => id).filter((id) => !fresh.has(id) && !waiting.has(id))), waiting };
  }

  async markReleased(consumer: string, id: string, lane: string): Promise<boolean> {
    const { inbox } = this.#database;
    if (!(await this.session.statement('unpark', (tx) => inbox.unpark(tx, consumer, id)))) return false;
    return this.session.statement('mark', (tx) => inbox.markOne(tx, consumer, id, lane));
  }

  async unmark(consumer: string, ids: readonly string[]): Promise<void> {
    if (ids.length > 0) await this.session.statement('unmark', (tx) => this.#database.inbox.unmark(tx, consumer, ids));
  }

  async claim(claims: readonly IdempotencyClaim[]): Promise<readonly Claimed[]> {
    const { idempotency } = this.#database;
    const fresh = await this.session.statement('claim', (tx) => idempotency.claim(tx, claims));
    if (fresh.size === claims.length) return claims.map(() => ({ fresh: true }));
    return this.session.statement('answers', (tx) => idempotency.answers(tx, claims, fresh));
  }

  async unclaim(claims: readonly Idempotency[]): Promise<void> {
    if (claims.length > 0)
      await this.session.statement('unclaim', (tx) => this.#database.idempotency.unclaim(tx, claims));
  }

  async keepAnswers(answers: readonly { readonly claim: Idempotency; readonly answer: unknown }[]): Promise<void> {
    if (answers.length === 0) return;
    const kept = answers.map(({ claim, answer }) => ({ claim, answer: keptAnswer(answer) }));
    await this.session.statement('keep answers', (tx) => this.#database.idempotency.keepAnswers(tx, kept));
  }

  load({ table, by }: LoadRequest): Promise<readonly object[]> {
    return this.session.statement(`load ${table.name}`, (tx) => this.#database.tableRows(table).load(tx, by));
  }

  async save(table: AnyTable, changes: readonly Change[], known: ReadonlySet<string>): Promise<void> {
    const rows = this.#database.tableRows(table);
    const kept = changes.filter(({ row }) => row !== undefined);
    const gone = changes.filter(({ row, key }) => row === undefined && known.has(key)).map(({ key }) => key);
    const updated = rows.kept(kept.filter(({ key }) => known.has(key)));
    const inserted = rows.kept(kept.filter(({ key }) => !known.has(key)));
    if (gone.length > 0) await this.session.statement(`delete ${table.name}`, (tx) => rows.remove(tx, gone));
    if (updated.length > 0)
      await this.session.statement(`update ${table.name}`, (tx) => rows.save(tx, 'update', updated));
    if (inserted.length > 0)
      await this.session.statement(`insert ${table.name}`, (tx) => rows.save(tx, 'insert', inserted));
  }

  async append(rows: readonly OutboxRow[]): Promise<void> {
    if (rows.length === 0) return;
    const { outbox } = this.#database;
    const kept = rows.map(appended);
    const first = await this.session.statement('number', (tx) => outbox.number(tx, kept));
    await this.session.statement('append', (tx) => outbox.append(tx, kept, first));
  }

  async wish(rows: readonly EffectRow[]): Promise<void> {
    if (rows.length === 0) return;
    const kept = rows.map((row) => ({
      ...row,
      id: uuidOf(row.id),
      cause: uuidOf(row.cause),
      payload: jsonbOf(row.payload),
    }));
    await this.session.statement('wish', (tx) => this.#database.effects.wish(tx, kept));
  }

  finishEffects(ends: readonly { readonly id: string; readonly token: string }[]): Promise<ReadonlySet<string>> {
    return this.session.statement('finish effects', (tx) => this.#database.effects.finish(tx, ends));
  }

  async arm(rows: readonly TimerRow[], met: readonly string[] = []): Promise<void> {
    if (rows.length + met.length > 0)
      await this.session.statement('arm', (tx) => this.#database.timers.arm(tx, rows, met));
  }

  disarm(ids: readonly string[]): Promise<ReadonlySet<string>> {
    return this.session.statement('disarm', (tx) => this.#database.timers.disarm(tx, ids));
  }

  async park(messages: readonly ParkedMessage[], reason: ParkReason | null): Promise<void> {
    if (messages.length === 0) return;
    const { inbox } = this.#database;
    const kept = messages.map(copiedMessage);
    if (reason) await this.session.statement('park lane', (tx) => inbox.openLane(tx, kept[0]!, reason));
    await this.session.statement('park', (tx) => inbox.park(tx, kept));
  }

  async nextReleased(consumer: string, lane: string): Promise<ParkedMessage | null> {
    const { inbox } = this.#database;
    if (!(await this.session.statement('lock lane', (tx) => inbox.isReleasing(tx, consumer, lane)))) return null;
    const first = await this.session.statement('next parked', (tx) => inbox.firstOf(tx, consumer, lane));
    if (!first) await this.session.statement('close lane', (tx) => inbox.closeLane(tx, consumer, lane));
    return first;
  }
}
