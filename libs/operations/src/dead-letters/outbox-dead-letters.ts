import { recordAction } from '../operator-actions.js';
import { changeIn, queryAll, type Databases, type OfService, type Connection } from '../databases/databases.js';
import { OperatorError } from '../databases/errors.js';
import {
  outbox,
  subjectOf,
  type BlockedKey,
  type DeadLetter,
  type DeadLetterSource,
  type Discarded,
  type FirstLetterAction,
} from './dead-letter.js';
import { mustBeFirst } from './must-be-first.js';

const detail = `'the broker rejects the first record of this key'`;
const columns = `'${outbox}' as consumer, k.topic || E'\\n' || k.key as "orderingKey", k.topic, k.key, 'blocked' as state, k.reason as cause, ${detail} as detail, 1 as attempts, k.blocked_at as "blockedAt"`;
const blockedKeys = `
select ${columns}, f.type, f.id::text as first, (select count(*)::int from msg_outbox o where o.topic = k.topic and o.key = k.key) as messages
from (select * from msg_outbox_blocked_keys order by blocked_at, position limit $1) k
left join lateral (select o.type, o.id from msg_outbox o where o.topic = k.topic and o.key = k.key order by o.position limit 1) f on true
order by k.blocked_at, k.position`;
const oneLetter = `
select ${columns}, o.type, o.id::text as id, null::int as partition, null::text as offset, convert_to(o.payload, 'UTF8') as value, o.appended_at as "waitsSince",
  coalesce(o.headers, '{}') || jsonb_build_object('ce_id', o.id::text, 'ce_type', o.type, 'ce_sequence', lpad(o.sequence::text, 18, '0'), 'ce_causationid', o.causation::text, 'ce_correlationid', o.correlation) as headers,
  (select count(*) from msg_outbox e where e.topic = o.topic and e.key = o.key and e.position < o.position)::int as before,
  (select count(*) from msg_outbox e where e.topic = o.topic and e.key = o.key and e.position > o.position)::int as behind
from msg_outbox o join msg_outbox_blocked_keys k on k.topic = o.topic and k.key = o.key where o.id::text = $1`;

const lockBlocked = `select reason from msg_outbox_blocked_keys where topic = $1 and key = $2 for update`;
/** A transaction that publishes with this key takes its sequence from this row, and waits. */
const lockSequence = `select last from msg_sequences where topic = $1 and key = $2 for update`;
const unblock = `delete from msg_outbox_blocked_keys where topic = $1 and key = $2`;
const firstRow = `select id::text as id, type, sequence::text as sequence, payload, headers from msg_outbox where topic = $1 and key = $2 order by position limit 1`;
const replace = `update msg_outbox set payload = $2 where id = $1`;
const remove = `delete from msg_outbox where id = $1`;
/** Nothing behind it is published: the sequences move up, so that no consumer sees a gap. */
const closeGap = `update msg_outbox set sequence = sequence - 1 where topic = $1 and key = $2`;
const returnSequence = `update msg_sequences set last = last - 1 where topic = $1 and key = $2`;
const blockNext = `
update msg_outbox_blocked_keys k set position = (select min(position) from msg_outbox o where o.topic = k.topic and o.key = k.key) where topic = $1 and key = $2`;
/** Its timeout starts with its publication: without this its saga would wait for a reply forever. */
const startTimeouts = `update msg_timeouts set due_at = now() + timeout_ms * interval '1 millisecond' where started_by = $1 and due_at is null`;
const count = `select count(*)::int as left from msg_outbox where topic = $1 and key = $2`;

/** The messages that the broker rejects. They block their keys in the outbox of their own service. */
export class OutboxDeadLetters implements DeadLetterSource {
  constructor(private readonly databases: Databases) {}

  list(limit: number): Promise<OfService<BlockedKey>[]> {
    return queryAll<BlockedKey>(this.databases, blockedKeys, [limit]);
  }

  find(id: string): Promise<OfService<DeadLetter>[]> {
    return queryAll<DeadLetter>(this.databases, oneLetter, [id]);
  }

  /** The relay publishes the messages in order; a record that is rejected again blocks the key again. */
  async redrive(key: OfService<BlockedKey>, reason: string): Promise<void> {
    const { service, first, cause } = key;
    await changeIn(this.databases, service, async (connection) => {
      await lock(connection, key);
      await connection.query(unblock, topicAndKey(key));
      await recordAction(connection, { action: 'redrive', subject: subjectOf(key), reason, detail: { cause, first } });
    });
  }

  /** Removes the message as if it had never been published. Without another message the key is unblocked. */
  discard(letter: OfService<DeadLetter>, { reason, thenRedrive }: FirstLetterAction): Promise<Discarded> {
    const { service, id, key } = letter;
    const at = topicAndKey(letter);
    return changeIn(this.databases, service, async (connection) => {
      const before = await lockFirst(connection, letter);
      await connection.query(remove, [id]);
      await connection.query(startTimeouts, [id]);
      await connection.query(closeGap, at);
      await connection.query(returnSequence, at);
      const removed = { message: id, key, ...before };
      await recordAction(connection, { action: 'discard', subject: subjectOf(letter), reason, detail: removed });
      const [{ left } = { left: 0 }] = await connection.query<{ left: number }>(count, at);
      const redriven = thenRedrive || left === 0;
      await connection.query(redriven ? unblock : blockNext, at);
      return { left, redriven };
    });
  }

  async edit(letter: OfService<DeadLetter>, value: string, { reason, thenRedrive }: FirstLetterAction): Promise<void> {
    const { service, id } = letter;
    await changeIn(this.databases, service, async (connection) => {
      const before = await lockFirst(connection, letter);
      await connection.query(replace, [id, value]);
      const replaced = { message: id, ...before };
      await recordAction(connection, { action: 'edit', subject: subjectOf(letter), reason, detail: replaced });
      if (thenRedrive) await connection.query(unblock, topicAndKey(letter));
    });
  }
}

type KeyOfTopic = Pick<BlockedKey, 'consumer' | 'orderingKey' | 'topic' | 'key'>;

const topicAndKey = ({ topic, key }: KeyOfTopic): [topic: string, key: string | null] => [topic, key];

/** While the key is blocked the relay reads nothing of it, so none of its messages is on its way to the broker. */
async function lock(connection: Connection, key: KeyOfTopic): Promise<void> {
  const [blocked] = await connection.query<{ reason: string }>(lockBlocked, topicAndKey(key));
  if (!blocked) throw new OperatorError(`${subjectOf(key)} is not blocked any more`);
}

interface FirstRow {
  readonly id: string;
  readonly type: string;
  readonly sequence: string;
  readonly payload: string | null;
  readonly headers: object | null;
}

async function lockFirst(
  connection: Connection,
  letter: KeyOfTopic & { readonly id: string },
): Promise<{ type: string; sequence: string; value: string | null; headers: object | null }> {
  await lock(connection, letter);
  await connection.query(lockSequence, topicAndKey(letter));
  const [first] = await connection.query<FirstRow>(firstRow, topicAndKey(letter));
  const { type, sequence, payload, headers } = mustBeFirst(letter.id, first);
  return { type, sequence, value: payload, headers };
}
