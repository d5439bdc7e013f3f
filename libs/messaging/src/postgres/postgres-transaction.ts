import type { AnyTable, Change, Idempotency } from '../decide/index.js';
import type {
  Claimed,
  EffectRow,
  IdempotencyClaim,
  LoadRequest,
  Mark,
  OutboxRow,
  ParkedMessage,
  ParkReason,
  TimerRow,
  Transaction,
} from '../store/store.js';
import { appendOutbox } from './outbox-sql.js';
import { nextReleased, parkMessages, markReleased } from './parking-sql.js';
import type { Conversation } from './conversation.js';
import type { Sql } from './sql.js';
import { tableSql } from './table-sql.js';

const mark = `
with wanted as (select id, lane from unnest($2::uuid[], $3::text[]) as w(id, lane)),
parked as (select lane from msg_parked_lanes where consumer = $1 and lane = any($3::text[])),
marked as (
  insert into msg_inbox (consumer, message_id, lane)
  select $1, id, lane from wanted where lane not in (select lane from parked) order by id
  on conflict (consumer, message_id) do nothing returning message_id)
select message_id::text as id, false as waiting from marked
union all select id::text, true from wanted where lane in (select lane from parked)`;

const lockLanes = `select lane from msg_parked_lanes where consumer = $1 and lane = any($2::text[]) order by lane for update`;
const alreadySeen = `select message_id::text as id from msg_inbox where consumer = $1 and message_id = any($2::uuid[])`;
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
const keepAnswers = `update msg_idempotency i set answer = w.answer::jsonb
from unnest($1::text[], $2::text[], $3::text[], $4::text[]) as w(scope, route, key, answer)
where i.scope = w.scope and i.route = w.route and i.key = w.key`;

const wish = `
insert into msg_effects (id, name, key, payload, cause, correlation)
select id, name, key, payload::jsonb, cause, correlation
from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::uuid[], $6::text[]) with ordinality as w(id, name, key, payload, cause, correlation, place)
order by place`;
const finish = `
update msg_effects set done_at = now(), lease_until = null
where id = any($1::uuid[]) and lease_token = any($2::uuid[]) and done_at is null returning id::text as id`;

/** What was met is found without a join: this table is empty at times, and a plan made then would go through all of it for each. */
const arm = `
with met as (delete from msg_timers where ctid = any(array(select ctid from msg_timers where id = any($6::text[]) order by id for update skip locked)))
insert into msg_timers (id, saga_id, name, milliseconds, started_by, due_at)
select id, saga_id, name, milliseconds, started_by, case when started_by is null then now() + milliseconds * interval '1 millisecond' end
from unnest($1::text[], $2::text[], $3::text[], $4::int[], $5::uuid[]) as w(id, saga_id, name, milliseconds, started_by) order by id
on conflict (id) do update set milliseconds = excluded.milliseconds, started_by = excluded.started_by, due_at = excluded.due_at`;
const disarm = `delete from msg_timers where id = any($1::text[]) returning id`;

const keyColumns = (keys: readonly Idempotency[]): string[][] => [
  keys.map((key) => key.scope),
  keys.map((key) => key.route),
  keys.map((key) => key.key),
];
const named = ({ scope, route, key }: { scope: string; route: string; key: string }): string =>
  JSON.stringify([scope, route, key]);

export class PostgresTransaction implements Transaction {
  constructor(private readonly conversation: Conversation) {}

  private readonly sql: Sql = (text, values) => this.conversation.ask(text, values);

  async mark(consumer: string, marks: readonly Mark[]): ReturnType<Transaction['mark']> {
    const rows = await this.sql<{ id: string; waiting: boolean }>(mark, [
      consumer,
      marks.map((each) => each.id),
      marks.map((each) => each.lane),
    ]);
    // crashpoint: inbox.after-mark
    const waiting = new Set(rows.filter((row) => row.waiting).map((row) => row.id));
    if (waiting.size > 0) await this.#holdLanes(consumer, marks, waiting);
    const fresh = new Set(rows.filter((row) => !row.waiting).map((row) => row.id));
    return { seen: new Set(marks.map((each) => each.id).filter((id) => !fresh.has(id) && !waiting.has(id))), waiting };
  }

  /** A lane that was opened between the look and the lock is tried again by the caller; a message handled before it was parked is seen. */
  async #holdLanes(consumer: string, marks: readonly Mark[], waiting: Set<string>): Promise<void> {
    const lanes = [...new Set(marks.filter((each) => waiting.has(each.id)).map((each) => each.lane))];
    const held = await this.sql<{ lane: string }>(lockLanes, [consumer, lanes]);
    if (held.length < lanes.length) throw new LaneOpened();
    for (const { id } of await this.sql<{ id: string }>(alreadySeen, [consumer, [...waiting]])) waiting.delete(id);
  }

  async unmark(consumer: string, ids: readonly string[]): Promise<void> {
    if (ids.length > 0) this.conversation.post(unmark, [consumer, ids]);
  }

  async claim(claims: readonly IdempotencyClaim[]): Promise<readonly Claimed[]> {
    const sorted = [...claims].sort((a, b) => (named(a) < named(b) ? -1 : 1));
    const fresh = new Set(
      (
        await this.sql<Idempotency>(claim, [
          ...keyColumns(sorted),
          sorted.map((each) => each.bodyHash),
          sorted.map((each) => each.at),
        ])
      ).map(named),
    );
    // crashpoint: idempotency.after-claim
    const taken = claims.filter((each) => !fresh.has(named(each)));
    const known = new Map<string, { bodyHash: string; answer: unknown }>();
    if (taken.length > 0) {
      for (const row of await this.sql<Idempotency & { answer: unknown }>(answerOf, keyColumns(taken)))
        known.set(named(row), row);
    }
    return claims.map((each) =>
      fresh.has(named(each)) ? { fresh: true } : { fresh: false, ...known.get(named(each))! },
    );
  }

  async unclaim(claims: readonly Idempotency[]): Promise<void> {
    if (claims.length > 0) this.conversation.post(unclaim, keyColumns(claims));
  }

  async keepAnswers(answers: readonly { readonly claim: Idempotency; readonly answer: unknown }[]): Promise<void> {
    if (answers.length === 0) return;
    this.conversation.post(keepAnswers, [
      ...keyColumns(answers.map((each) => each.claim)),
      answers.map((each) => JSON.stringify(each.answer ?? null)),
    ]);
  }

  async load({ table, by }: LoadRequest): Promise<readonly object[]> {
    const sql = tableSql(table);
    const properties = [...by.keys()].sort();
    const raw = await this.sql(
      sql.select(properties),
      properties.map((property) => [...by.get(property)!]),
    );
    return raw.map(sql.read);
  }

  async save(table: AnyTable, changes: readonly Change[], known: ReadonlySet<string>): Promise<void> {
    const sql = tableSql(table);
    const write = (text: string, rows: readonly object[]): void => {
      if (rows.length > 0)
        this.conversation.post(
          text,
          sql.columns.map((column) => rows.map((row) => column.write(row as Record<string, unknown>))),
        );
    };
    const kept = changes.filter((change) => change.row !== undefined);
    const gone = changes.filter((change) => change.row === undefined && known.has(change.key));
    if (gone.length > 0) this.conversation.post(sql.remove, [gone.map((change) => change.key)]);
    write(
      sql.update,
      kept.filter((change) => known.has(change.key)).map((change) => change.row!),
    );
    write(
      sql.insert,
      kept.filter((change) => !known.has(change.key)).map((change) => change.row!),
    );
    // crashpoint: rows.after-save
  }

  append(rows: readonly OutboxRow[]): Promise<void> {
    return appendOutbox((text, values) => this.conversation.post(text, values), rows);
  }

  async wish(rows: readonly EffectRow[]): Promise<void> {
    if (rows.length === 0) return;
    this.conversation.post(wish, [
      rows.map((row) => row.id),
      rows.map((row) => row.name),
      rows.map((row) => row.key),
      rows.map((row) => JSON.stringify(row.payload)),
      rows.map((row) => row.cause),
      rows.map((row) => row.correlation),
    ]);
    // crashpoint: effects.after-wish
  }

  async finishEffects(ends: readonly { readonly id: string; readonly token: string }[]): Promise<ReadonlySet<string>> {
    const rows = await this.sql<{ id: string }>(finish, [
      ends.map((end) => end.id),
      [...new Set(ends.map((end) => end.token))],
    ]);
    // crashpoint: effects.after-end
    return new Set(rows.map((row) => row.id));
  }

  async arm(rows: readonly TimerRow[], met: readonly string[] = []): Promise<void> {
    if (rows.length + met.length === 0) return;
    this.conversation.post(arm, [
      rows.map((row) => row.id),
      rows.map((row) => row.sagaId),
      rows.map((row) => row.name),
      rows.map((row) => row.milliseconds),
      rows.map((row) => row.startedBy),
      met,
    ]);
    // crashpoint: timers.after-arm
  }

  async disarm(ids: readonly string[]): Promise<ReadonlySet<string>> {
    const gone = await this.sql<{ id: string }>(disarm, [[...ids].sort()]);
    // crashpoint: timers.after-disarm
    return new Set(gone.map((row) => row.id));
  }

  park(messages: readonly ParkedMessage[], reason: ParkReason | null): Promise<void> {
    return parkMessages(this.sql, messages, reason);
  }

  nextReleased(consumer: string, lane: string): Promise<ParkedMessage | null> {
    return nextReleased(this.sql, consumer, lane);
  }

  markReleased(consumer: string, id: string, lane: string): Promise<boolean> {
    return markReleased(this.sql, consumer, id, lane);
  }
}

/** A lane was released while this batch looked at it: the batch is simply run again. */
class LaneOpened extends Error {
  /** Looks like a serialization failure to whoever asks: it passes by itself. */
  readonly code = '40001';
}
