import { StatementTimeout, StoreUnavailable } from '../../ports/errors.js';
import { withTimeout } from '../../ports/waiting.js';
import { systemTimers } from '../system/system.js';
import type { AnyTable, Change } from '../../ports/table.js';
import type {
  Idempotency,
  ClaimResult,
  EffectRow,
  IdempotencyClaim,
  LoadRequest,
  InboxMark,
  OutboxRow,
  DeadLetter,
  DeadLetterReason,
  TimeoutRow,
  SavepointResult,
  Transaction,
} from '../../ports/store.js';
import type { CallerTransaction } from './caller-transaction.js';
import { appendOutbox } from './outbox-sql.js';
import { nextRedriven, addDeadLetters, markRedriven } from './dead-letters-sql.js';
import { markInbox } from './inbox-sql.js';
import type { PipelinedConnection } from './pipelined-connection.js';
import { needsFreshConnection, storeError } from './postgres-errors.js';
import { handlerMsOf, type PostgresLimits } from './postgres-limits.js';
import type { Sql } from './sql.js';
import { tableSql, type Write } from './table-sql.js';

const unmark = `delete from msg_inbox where consumer = $1 and message_id = any($2::uuid[])`;

const claim = `
insert into msg_idempotency (scope, route, key, body_hash, claimed_at)
select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::timestamptz[])
on conflict (scope, route, key) do nothing returning scope, route, key`;
const answerOf = `
select i.scope, i.route, i.key, i.body_hash as "bodyHash", i.answer from msg_idempotency i
join unnest($1::text[], $2::text[], $3::text[]) as w(scope, route, key) using (scope, route, key)`;
const unclaim = `delete from msg_idempotency i using unnest($1::text[], $2::text[], $3::text[]) as w(scope, route, key)
where i.scope = w.scope and i.route = w.route and i.key = w.key`;
const saveAnswers = `update msg_idempotency i set answer = w.answer::jsonb
from unnest($1::text[], $2::text[], $3::text[], $4::text[]) as w(scope, route, key, answer)
where i.scope = w.scope and i.route = w.route and i.key = w.key`;

const scheduleEffects = `
insert into msg_effects (id, name, key, payload, cause, correlation, trace)
select id, name, key, payload::jsonb, cause, correlation, trace::jsonb
from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::uuid[], $6::text[], $7::text[]) with ordinality as e(id, name, key, payload, cause, correlation, trace, number)
order by number`;
const finish = `
update msg_effects set done_at = now(), lease_until = null
where id = any($1::uuid[]) and lease_token = any($2::uuid[]) and done_at is null returning id::text as id`;

/** Cancelled timeouts are found without a join: the table is sometimes empty, and a plan from then would scan all of it for each row. */
const scheduleTimeouts = `
with cancelled as (delete from msg_timeouts where ctid = any(array(select ctid from msg_timeouts where id = any($6::text[]) order by id for update skip locked)))
insert into msg_timeouts (id, saga_id, name, timeout_ms, started_by, due_at, trace)
select id, saga_id, name, timeout_ms, started_by, case when started_by is null then now() + timeout_ms * interval '1 millisecond' end, trace::jsonb
from unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::uuid[], $7::text[]) as w(id, saga_id, name, timeout_ms, started_by, trace) order by id
on conflict (id) do update set timeout_ms = excluded.timeout_ms, started_by = excluded.started_by, due_at = excluded.due_at, trace = excluded.trace`;
const takeTimeouts = `delete from msg_timeouts where id = any($1::text[]) returning id`;

const traceText = ({ trace }: EffectRow | TimeoutRow): string | null => (trace ? JSON.stringify(trace) : null);

const keyColumns = (keys: readonly Idempotency[]): string[][] => [
  keys.map((key) => key.scope),
  keys.map((key) => key.route),
  keys.map((key) => key.key),
];
const claimKey = ({ scope, route, key }: { scope: string; route: string; key: string }): string =>
  JSON.stringify([scope, route, key]);

/** The connection of a transaction. */
export type TransactionConnection = Pick<PipelinedConnection, 'query' | 'enqueue' | 'savepoint'>;

export class PostgresTransaction implements Transaction {
  constructor(
    private readonly connection: TransactionConnection,
    private readonly newCaller: () => CallerTransaction,
    private readonly limits: PostgresLimits,
  ) {}

  private readonly sql: Sql = (text, values) => this.connection.query(text, values);

  mark(consumer: string, marks: readonly InboxMark[]): ReturnType<Transaction['mark']> {
    return markInbox(this.sql, consumer, marks);
  }

  async savepoint<T>(work: (manager: unknown) => Promise<T>): Promise<SavepointResult<T>> {
    const caller = this.newCaller();
    const timeoutMs = handlerMsOf(this.limits);
    const tooLong = Symbol('too long');
    const ended = await this.connection.savepoint(
      async () => {
        const result = await withTimeout(systemTimers, timeoutMs, work(caller.manager), tooLong);
        if (result === tooLong)
          throw new StatementTimeout(
            `the handler held its transaction for more than ${timeoutMs / 1_000} s: move slow calls into an effect`,
          );
        return result;
      },
      () => caller.close(),
    );
    if (!('error' in ended)) return ended;
    const error = storeError(ended.error);
    if (needsFreshConnection(error)) throw error;
    return { error };
  }

  async unmark(consumer: string, ids: readonly string[]): Promise<void> {
    if (ids.length > 0) this.connection.enqueue(unmark, [consumer, ids]);
  }

  async claim(claims: readonly IdempotencyClaim[]): Promise<readonly ClaimResult[]> {
    const sorted = [...claims].sort((a, b) => (claimKey(a) < claimKey(b) ? -1 : 1));
    const claimed = new Set(
      (
        await this.sql<Idempotency>(claim, [
          ...keyColumns(sorted),
          sorted.map((each) => each.bodyHash),
          sorted.map((each) => each.at),
        ])
      ).map(claimKey),
    );
    // crashpoint: idempotency.after-claim
    const taken = claims.filter((each) => !claimed.has(claimKey(each)));
    const known = new Map<string, { bodyHash: string; answer: unknown }>();
    if (taken.length > 0) {
      for (const row of await this.sql<Idempotency & { answer: unknown }>(answerOf, keyColumns(taken)))
        known.set(claimKey(row), row);
    }
    return claims.map((each) => {
      if (claimed.has(claimKey(each))) return { isNew: true };
      const row = known.get(claimKey(each));
      if (!row) throw new StoreUnavailable('serialization', 'an idempotency key was released concurrently');
      return { isNew: false, bodyHash: row.bodyHash, answer: row.answer };
    });
  }

  async unclaim(claims: readonly Idempotency[]): Promise<void> {
    if (claims.length > 0) this.connection.enqueue(unclaim, keyColumns(claims));
  }

  async saveAnswers(answers: readonly { readonly claim: Idempotency; readonly answer: unknown }[]): Promise<void> {
    if (answers.length === 0) return;
    this.connection.enqueue(saveAnswers, [
      ...keyColumns(answers.map((each) => each.claim)),
      answers.map((each) => JSON.stringify(each.answer ?? null)),
    ]);
  }

  async load({ table, by }: LoadRequest): Promise<readonly object[]> {
    const sql = tableSql(table);
    const sorted = [...by].sort(([a], [b]) => (String(a) < String(b) ? -1 : 1));
    const raw = await this.sql(
      sql.select(sorted.map(([property]) => property)),
      sorted.flatMap(([property, values]) => sql.valuesOf(property, values)),
    );
    return raw.map(sql.read);
  }

  async save(table: AnyTable, changes: readonly Change[], known: ReadonlySet<string>): Promise<void> {
    const sql = tableSql(table);
    const write = (statement: Write | undefined, rows: readonly object[]): void => {
      if (statement && rows.length > 0) this.connection.enqueue(statement.text, statement.values(rows));
    };
    const remove = (of: readonly Change[]): void => {
      if (of.length > 0)
        this.connection.enqueue(
          sql.remove,
          sql.valuesOf(
            table.key,
            of.map(({ key }) => key),
          ),
        );
    };
    remove(changes.filter(({ row, key, isNew }) => row === undefined && !isNew && known.has(key)));
    const isUpdate = ({ isNew, key }: Change): boolean => !isNew && known.has(key);
    const rowsOf = (of: readonly Change[]): object[] => of.flatMap(({ row }) => row ?? []);
    write(sql.update, rowsOf(changes.filter(isUpdate)));
    write(sql.insert, rowsOf(changes.filter((change) => !isUpdate(change))));
    remove(changes.filter(({ row, isNew }) => row === undefined && isNew));
    // crashpoint: rows.after-save
  }

  append(rows: readonly OutboxRow[]): Promise<void> {
    return appendOutbox((text, values) => {
      this.connection.enqueue(text, values);
      return Promise.resolve();
    }, rows);
  }

  async scheduleEffects(rows: readonly EffectRow[]): Promise<void> {
    if (rows.length === 0) return;
    this.connection.enqueue(scheduleEffects, [
      rows.map((row) => row.id),
      rows.map((row) => row.name),
      rows.map((row) => row.key),
      rows.map((row) => JSON.stringify(row.payload)),
      rows.map((row) => row.cause),
      rows.map((row) => row.correlation),
      rows.map(traceText),
    ]);
    // crashpoint: effects.after-schedule
  }

  async finishEffects(ends: readonly { readonly id: string; readonly token: string }[]): Promise<ReadonlySet<string>> {
    const rows = await this.sql<{ id: string }>(finish, [
      ends.map((end) => end.id),
      [...new Set(ends.map((end) => end.token))],
    ]);
    // crashpoint: effects.after-end
    return new Set(rows.map((row) => row.id));
  }

  async scheduleTimeouts(rows: readonly TimeoutRow[], cancelled: readonly string[] = []): Promise<void> {
    if (rows.length + cancelled.length === 0) return;
    this.connection.enqueue(scheduleTimeouts, [
      rows.map((row) => row.id),
      rows.map((row) => row.sagaId),
      rows.map((row) => row.name),
      rows.map((row) => row.timeoutMs),
      rows.map((row) => row.startedBy),
      cancelled,
      rows.map(traceText),
    ]);
    // crashpoint: timeouts.after-schedule
  }

  async takeTimeouts(ids: readonly string[]): Promise<ReadonlySet<string>> {
    const taken = await this.sql<{ id: string }>(takeTimeouts, [[...ids].sort()]);
    // crashpoint: timeouts.after-cancel
    return new Set(taken.map((row) => row.id));
  }

  addDeadLetters(messages: readonly DeadLetter[], reason: DeadLetterReason | null): Promise<void> {
    return addDeadLetters(this.sql, messages, reason);
  }

  nextRedriven(consumer: string, orderingKey: string): Promise<DeadLetter | null> {
    return nextRedriven(this.sql, consumer, orderingKey);
  }

  markRedriven(consumer: string, id: string, orderingKey: string, deadLetterId?: string): Promise<boolean> {
    return markRedriven(this.sql, consumer, id, orderingKey, deadLetterId);
  }
}
