import { readableBytes } from '@tradewind/messaging/internals';
import { recordAction } from '../operator-actions.js';
import { changeIn, queryAll, type Databases, type OfService, type Connection } from '../databases/databases.js';
import { OperatorError } from '../databases/errors.js';
import {
  subjectOf,
  type BlockedKey,
  type DeadLetter,
  type DeadLetterSource,
  type Discarded,
  type FirstLetterAction,
} from './dead-letter.js';
import { mustBeFirst } from './must-be-first.js';

const columns = `k.consumer, k.ordering_key as "orderingKey", split_part(k.ordering_key, E'\\n', 1) as topic, k.key, k.state, k.cause, k.detail, k.attempts, k.blocked_at as "blockedAt"`;
const blockedKeys = `
select ${columns}, l.headers->>'ce_type' as type, l.message_id::text as first,
  (select count(*)::int from msg_dead_letters o where o.consumer = k.consumer and o.ordering_key = k.ordering_key) as messages
from (select * from msg_blocked_keys order by blocked_at, ordering_key limit $1) k
left join lateral (select f.message_id, f.headers from msg_dead_letters f where f.consumer = k.consumer and f.ordering_key = k.ordering_key order by f.position limit 1) l on true
order by k.cause, k.blocked_at, k.ordering_key`;
const oneLetter = `
select ${columns}, l.headers->>'ce_type' as type, l.message_id::text as id, l.partition, l.record_offset::text as offset, l.value, l.headers, l.dead_lettered_at as "waitsSince",
  (select count(*) from msg_dead_letters o where o.consumer = l.consumer and o.ordering_key = l.ordering_key and o.position < l.position)::int as before,
  (select count(*) from msg_dead_letters o where o.consumer = l.consumer and o.ordering_key = l.ordering_key and o.position > l.position)::int as behind
from msg_dead_letters l join msg_blocked_keys k using (consumer, ordering_key) where l.message_id::text = $1`;

const lockKey = `select state from msg_blocked_keys where consumer = $1 and ordering_key = $2 for update`;
const redrive = `update msg_blocked_keys set state = 'redriving' where consumer = $1 and ordering_key = $2`;
const firstLetter = `select message_id::text as id, value, headers from msg_dead_letters where consumer = $1 and ordering_key = $2 order by position limit 1`;
const remove = `delete from msg_dead_letters where consumer = $1 and message_id = $2`;
const count = `select count(*)::int as left from msg_dead_letters where consumer = $1 and ordering_key = $2`;
/** So that a later read of the topic ignores it. */
const markHandled = `insert into msg_inbox (consumer, message_id, ordering_key) values ($1, $2, $3) on conflict do nothing`;
const replace = `update msg_dead_letters set value = $3 where consumer = $1 and message_id = $2`;

/** The dead letters in the inboxes of consumers. */
export class ConsumerDeadLetters implements DeadLetterSource {
  constructor(private readonly databases: Databases) {}

  list(limit: number): Promise<OfService<BlockedKey>[]> {
    return queryAll<BlockedKey>(this.databases, blockedKeys, [limit]);
  }

  find(id: string): Promise<OfService<DeadLetter>[]> {
    return queryAll<DeadLetter>(this.databases, oneLetter, [id]);
  }

  async redrive(key: OfService<BlockedKey>, reason: string): Promise<void> {
    const { service, consumer, orderingKey, first, cause } = key;
    await changeIn(this.databases, service, async (connection) => {
      await lock(connection, key);
      await connection.query(redrive, [consumer, orderingKey]);
      await recordAction(connection, { action: 'redrive', subject: subjectOf(key), reason, detail: { cause, first } });
    });
  }

  discard(letter: OfService<DeadLetter>, { reason, thenRedrive }: FirstLetterAction): Promise<Discarded> {
    const { service, consumer, orderingKey, id, headers } = letter;
    return changeIn(this.databases, service, async (connection) => {
      const before = await lockFirst(connection, letter);
      await connection.query(remove, [consumer, id]);
      await connection.query(markHandled, [consumer, id, orderingKey]);
      const detail = { message: id, headers, ...before };
      await recordAction(connection, { action: 'discard', subject: subjectOf(letter), reason, detail });
      const [{ left } = { left: 0 }] = await connection.query<{ left: number }>(count, [consumer, orderingKey]);
      const redriven = thenRedrive || left === 0;
      if (redriven) await connection.query(redrive, [consumer, orderingKey]);
      return { left, redriven };
    });
  }

  async edit(letter: OfService<DeadLetter>, value: string, { reason, thenRedrive }: FirstLetterAction): Promise<void> {
    const { service, consumer, orderingKey, id } = letter;
    await changeIn(this.databases, service, async (connection) => {
      const before = await lockFirst(connection, letter);
      await connection.query(replace, [consumer, id, Buffer.from(value, 'utf8')]);
      const detail = { message: id, ...before };
      await recordAction(connection, { action: 'edit', subject: subjectOf(letter), reason, detail });
      if (thenRedrive) await connection.query(redrive, [consumer, orderingKey]);
    });
  }
}

type KeyOfConsumer = Pick<BlockedKey, 'consumer' | 'orderingKey'>;

/** Takes the lock of the consumer itself: no message is added or removed meanwhile. */
async function lock(connection: Connection, key: KeyOfConsumer): Promise<void> {
  const [blocked] = await connection.query<{ state: string }>(lockKey, [key.consumer, key.orderingKey]);
  if (!blocked) throw new OperatorError(`${subjectOf(key)} is not blocked any more`);
}

async function lockFirst(
  connection: Connection,
  letter: KeyOfConsumer & { readonly id: string },
): Promise<{ value: string | null; encoding: 'utf8' | 'base64' }> {
  await lock(connection, letter);
  const [first] = await connection.query<{ id: string; value: Buffer | null }>(firstLetter, [
    letter.consumer,
    letter.orderingKey,
  ]);
  const { value } = mustBeFirst(letter.id, first);
  if (value === null) return { value, encoding: 'utf8' };
  const { text, encoding } = readableBytes(value);
  return { value: text, encoding };
}
