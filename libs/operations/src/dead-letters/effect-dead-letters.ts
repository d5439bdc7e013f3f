import { recordAction } from '../operator-actions.js';
import { changeIn, queryAll, type Databases, type OfService, type Connection } from '../databases/databases.js';
import { OperatorError } from '../databases/errors.js';
import {
  effects,
  subjectOf,
  type BlockedKey,
  type DeadLetter,
  type DeadLetterSource,
  type Discarded,
  type FirstLetterAction,
} from './dead-letter.js';

const cause = `'the calls failed too often'`;
const columns = `'${effects}' as consumer, e.name || E'\\n' || e.key as "orderingKey", e.name as topic, null::text as type, e.key, 'blocked' as state, ${cause} as cause, coalesce(e.last_error, '') as detail,
  e.attempts, e.dead_lettered_at as "blockedAt"`;
const isDeadLetter = `e.dead_lettered_at is not null and e.done_at is null`;
const blockedKeys = `
select ${columns}, e.id::text as first, (select count(*) from msg_effects o where o.key = e.key and o.done_at is null)::int as messages
from msg_effects e where ${isDeadLetter} order by e.dead_lettered_at limit $1`;
const oneLetter = `
select ${columns}, e.id::text as id, null::int as partition, null::text as offset, convert_to(e.payload::text, 'UTF8') as value, e.scheduled_at as "waitsSince",
  jsonb_build_object('ce_causationid', e.cause::text, 'ce_correlationid', e.correlation) as headers, 0 as before,
  (select count(*) from msg_effects o where o.key = e.key and o.done_at is null and o.position > e.position)::int as behind
from msg_effects e where e.id::text = $1 and ${isDeadLetter}`;

const lockFirst = `select e.id::text as id, e.payload::text as value, e.attempts, e.last_error as "lastError" from msg_effects e where e.name = $1 and e.key = $2 and ${isDeadLetter} for update`;
/** The attempts count from the start. */
const makeDue = `update msg_effects set due_at = now(), dead_lettered_at = null, attempts = 0 where id = $1`;
const end = `update msg_effects set done_at = now() where id = $1`;
const replace = `update msg_effects set payload = $2::jsonb where id = $1`;
const count = `select count(*)::int as left from msg_effects where key = $1 and done_at is null`;

/** The effects whose calls failed too often. Each blocks its key: the later effects of the key wait. */
export class EffectDeadLetters implements DeadLetterSource {
  constructor(private readonly databases: Databases) {}

  list(limit: number): Promise<OfService<BlockedKey>[]> {
    return queryAll<BlockedKey>(this.databases, blockedKeys, [limit]);
  }

  find(id: string): Promise<OfService<DeadLetter>[]> {
    return queryAll<DeadLetter>(this.databases, oneLetter, [id]);
  }

  /** The worker of the service calls again within a second, and then the later effects of the key. */
  async redrive(key: OfService<BlockedKey>, reason: string): Promise<void> {
    await changeIn(this.databases, key.service, async (connection) => {
      const { id, ...before } = await first(connection, key);
      await connection.query(makeDue, [id]);
      const detail = { effect: id, attempts: before.attempts, lastError: before.lastError };
      await recordAction(connection, { action: 'redrive', subject: subjectOf(key), reason, detail });
    });
  }

  /** Ends the effect without a result. The later effects of the key are no longer blocked. */
  discard(letter: OfService<DeadLetter>, { reason }: FirstLetterAction): Promise<Discarded> {
    return changeIn(this.databases, letter.service, async (connection) => {
      const before = await first(connection, letter, letter.id);
      await connection.query(end, [letter.id]);
      await recordAction(connection, { action: 'discard', subject: subjectOf(letter), reason, detail: before });
      const [{ left } = { left: 0 }] = await connection.query<{ left: number }>(count, [letter.key]);
      return { left, redriven: true };
    });
  }

  /** Rejects with OperatorError for a value that is not JSON: the payload of an effect is. */
  async edit(letter: OfService<DeadLetter>, value: string, { reason, thenRedrive }: FirstLetterAction): Promise<void> {
    if (!isJson(value)) throw new OperatorError('the payload of an effect must be JSON, also with --raw');
    await changeIn(this.databases, letter.service, async (connection) => {
      const before = await first(connection, letter, letter.id);
      await connection.query(replace, [letter.id, value]);
      await recordAction(connection, { action: 'edit', subject: subjectOf(letter), reason, detail: before });
      if (thenRedrive) await connection.query(makeDue, [letter.id]);
    });
  }
}

function isJson(value: string): boolean {
  try {
    JSON.parse(value);
    return true;
  } catch {
    return false;
  }
}

interface DeadEffect {
  readonly id: string;
  readonly value: string;
  readonly attempts: number;
  readonly lastError: string | null;
}

/** Locks the effect that blocks a key. */
async function first(
  connection: Connection,
  key: Pick<BlockedKey, 'consumer' | 'orderingKey' | 'topic' | 'key'>,
  id?: string,
): Promise<DeadEffect> {
  const [found] = await connection.query<DeadEffect>(lockFirst, [key.topic, key.key]);
  if (!found || (id !== undefined && found.id !== id))
    throw new OperatorError(`${subjectOf(key)} is not blocked any more`);
  return found;
}
