import type { EntityManager } from 'typeorm';
import type { AnyTable } from '../decide/index.js';
import { statementOf } from '../postgres/sql.js';
import { tableSql } from '../postgres/table-sql.js';
import { SagaJournal, Sagas } from '../sagas/saga-tables.js';
import type { EffectRow, OutboxRow } from '../store/store.js';
import type { AnsweredRequest, RecoveredSaga, RecoveredTimer } from './recovery.js';
import type { ToldRecord } from './told-log.js';

type Manager = Pick<EntityManager, 'query'>;

/** Rows that are in memory for one statement. */
const abreast = 1_000;

/** What is known of the database itself, not of the service, stays. */
const emptied = `
select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p') and n.nspname = current_schema() and c.relname <> all($1::text[]) order by 1`;
const staying = ['msg_operator_actions', 'msg_relay', 'msg_replays'];

const archive = `
insert into msg_outbox_archive (position, id, topic, key, type, version, sequence, payload, causation, correlation, traceparent, occurred_at, headers, partition, record_offset, published_at)
select position, id, topic, key, type, version, sequence, payload, causation, correlation, traceparent, occurred_at, headers::jsonb, partition, record_offset, occurred_at
from unnest($1::bigint[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::int[], $7::bigint[], $8::text[], $9::uuid[], $10::text[], $11::text[], $12::timestamptz[], $13::text[], $14::int[], $15::bigint[])
  as r(position, id, topic, key, type, version, sequence, payload, causation, correlation, traceparent, occurred_at, headers, partition, record_offset)`;
const continuePositions = `select setval(pg_get_serial_sequence('msg_outbox', 'position'), $1::bigint)`;
const sequences = `insert into msg_sequences (topic, key, last) select * from unnest($1::text[], $2::text[], $3::bigint[])`;
const marks = `insert into msg_inbox (consumer, message_id, lane) select * from unnest($1::text[], $2::uuid[], $3::text[]) order by 1, 2 on conflict do nothing`;
const answers = `
insert into msg_idempotency (scope, route, key, body_hash, answer, claimed_at)
select scope, route, key, body_hash, answer::jsonb, claimed_at
from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::timestamptz[]) as r(scope, route, key, body_hash, answer, claimed_at)`;
const effects = `
insert into msg_effects (id, name, key, payload, cause, correlation) select id, name, key, payload::jsonb, cause, correlation
from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::uuid[], $6::text[]) with ordinality as e(id, name, key, payload, cause, correlation, place) order by place`;
const timers = `
insert into msg_timers (id, saga_id, name, milliseconds, started_by, due_at)
select * from unnest($1::text[], $2::text[], $3::text[], $4::int[], $5::uuid[], $6::timestamptz[])`;

/** Gives how many there were. */
async function inParts<T>(rows: Iterable<T>, write: (part: readonly T[]) => Promise<unknown>): Promise<number> {
  let [part, before] = [[] as T[], 0];
  for (const row of rows) {
    if (part.push(row) < abreast) continue;
    await write(part);
    before += part.length;
    part = [];
  }
  if (part.length > 0) await write(part);
  return before + part.length;
}

const column = <T>(rows: readonly T[], of: (row: T) => unknown): unknown[] => rows.map(of);

/**
 * Empties every table of the service but the migrations'. Triggers that keep rows from going, or look at them a statement at a
 * time, sleep until `endRefill`; references are checked as ever.
 */
export async function beginRefill(manager: Manager, migrationsTable: string): Promise<string[]> {
  const tables = (await manager.query<{ name: string }[]>(emptied, [[...staying, migrationsTable]])).map(
    ({ name }) => name,
  );
  for (const name of tables) await manager.query(`alter table ${name} disable trigger user`);
  await manager.query(`truncate ${tables.join(', ')}`);
  return tables;
}

/** References that are looked at only at the commit are looked at now: no table can be altered over one that is open. */
export async function endRefill(manager: Manager, tables: readonly string[]): Promise<void> {
  await manager.query('set constraints all immediate');
  for (const name of tables) await manager.query(`alter table ${name} enable trigger user`);
}

/** The archive as the relay would have left it; positions from 1 on, and those of the outbox behind them. */
export async function refillArchive(manager: Manager, told: Iterable<ToldRecord>): Promise<number> {
  const count = await inParts(positioned(told), (part) =>
    manager.query(archive, [
      column(part, ({ position }) => position),
      column(part, ({ envelope }) => envelope.id),
      column(part, ({ record }) => record.topic),
      column(part, ({ record }) => record.key),
      column(part, ({ envelope }) => envelope.type),
      column(part, ({ envelope }) => envelope.version),
      column(part, ({ envelope }) => envelope.sequence.toString()),
      column(part, ({ record }) => record.value?.toString('utf8') ?? null),
      column(part, ({ envelope }) => envelope.causation ?? envelope.id),
      column(part, ({ envelope, record }) => envelope.correlation ?? record.key),
      column(part, ({ envelope }) => envelope.traceparent),
      column(part, ({ at }) => at.toISOString()),
      column(part, ({ record }) => furtherHeaders(record.headers)),
      column(part, ({ record }) => record.partition),
      column(part, ({ record }) => record.offset.toString()),
    ]),
  );
  await manager.query(continuePositions, [count + 1]);
  return count;
}

function* positioned(told: Iterable<ToldRecord>): Generator<ToldRecord & { readonly position: number }> {
  let position = 0;
  for (const each of told) yield { ...each, position: ++position };
}

/** What the envelope does not say itself: the headers of dead letters. */
function furtherHeaders(headers: Readonly<Record<string, string>>): string | null {
  const further = Object.entries(headers).filter(([name]) => !/^(ce_.*|content-type|traceparent)$/.test(name));
  return further.length === 0 ? null : JSON.stringify(Object.fromEntries(further));
}

/** How far each key has come on each topic; of a key whose records are compacted away nobody knows, or needs to. */
export async function refillSequences(manager: Manager, told: Iterable<ToldRecord>): Promise<void> {
  const last = new Map<string, { topic: string; key: string; sequence: bigint }>();
  for (const { record, envelope } of told) {
    const lane = `${record.topic}\n${record.key}`;
    if ((last.get(lane)?.sequence ?? 0n) < envelope.sequence)
      last.set(lane, { topic: record.topic, key: record.key ?? '', sequence: envelope.sequence });
  }
  await inParts(last.values(), (part) =>
    manager.query(sequences, [
      column(part, ({ topic }) => topic),
      column(part, ({ key }) => key),
      column(part, ({ sequence }) => sequence.toString()),
    ]),
  );
}

export function refillRows(manager: Manager, table: AnyTable, rows: Iterable<object>): Promise<number> {
  const { insert, columns } = tableSql(table);
  return inParts(rows as Iterable<Record<string, unknown>>, (part) => {
    const { text, values } = statementOf(
      insert,
      columns.map((each) => part.map((row) => each.write(row))),
    );
    return manager.query(text, values);
  });
}

export async function refillInbox(
  manager: Manager,
  handled: Iterable<{ readonly consumer: string; readonly id: string; readonly lane: string }>,
): Promise<void> {
  await inParts(handled, (part) =>
    manager.query(marks, [
      column(part, ({ consumer }) => consumer),
      column(part, ({ id }) => id),
      column(part, ({ lane }) => lane),
    ]),
  );
}

export const refillAnswers = (manager: Manager, of: Iterable<AnsweredRequest>): Promise<number> =>
  inParts(of, (part) =>
    manager.query(answers, [
      column(part, ({ claim }) => claim.scope),
      column(part, ({ claim }) => claim.route),
      column(part, ({ claim }) => claim.key),
      column(part, ({ claim }) => claim.bodyHash),
      column(part, ({ answer }) => JSON.stringify(answer ?? null)),
      column(part, ({ at }) => at.toISOString()),
    ]),
  );

export async function refillEffects(manager: Manager, of: Iterable<EffectRow>): Promise<void> {
  await inParts(of, (part) =>
    manager.query(effects, [
      column(part, ({ id }) => id),
      column(part, ({ name }) => name),
      column(part, ({ key }) => key),
      column(part, ({ payload }) => JSON.stringify(payload)),
      column(part, ({ cause }) => cause),
      column(part, ({ correlation }) => correlation),
    ]),
  );
}

/** Sagas with their journals and deadlines, some hundred at a time; gives the rows of sagas and journal. */
export async function refillSagas(
  manager: Manager,
  of: Iterable<RecoveredSaga>,
): Promise<{ readonly sagas: number; readonly journal: number }> {
  let journal = 0;
  const sagas = await inParts(of, async (part) => {
    await refillRows(
      manager,
      Sagas,
      part.map(({ saga }) => saga),
    );
    journal += await refillRows(
      manager,
      SagaJournal,
      part.flatMap((each) => each.journal),
    );
    await refillTimers(
      manager,
      part.flatMap(({ timers: own }) => own),
    );
  });
  return { sagas, journal };
}

async function refillTimers(manager: Manager, of: readonly RecoveredTimer[]): Promise<void> {
  await inParts(of, (part) =>
    manager.query(timers, [
      column(part, ({ id }) => id),
      column(part, ({ sagaId }) => sagaId),
      column(part, ({ name }) => name),
      column(part, ({ milliseconds }) => milliseconds),
      column(part, ({ startedBy }) => startedBy),
      column(part, ({ dueAt }) => dueAt?.toISOString() ?? null),
    ]),
  );
}

const waiting = `
select id, topic, key, type, version, payload, causation, correlation, traceparent, occurred_at as "occurredAt", headers, archived from msg_outbox order by position`;

/** What was said and is on no topic yet: all that a database which was only restored knows better than Kafka. */
export const unpublished = (manager: Manager): Promise<OutboxRow[]> => manager.query<OutboxRow[]>(waiting);
