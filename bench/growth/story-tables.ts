import type { DatabaseName } from '../../tools/ops/gather/database-names.js';

/** A table whose rows belong to orders, and how a row becomes another order's. In SQL `m` is the row that is copied, `c` the copy. */
export interface StoryTable {
  readonly table: string;
  /** The id of the order that a row belongs to, as text. */
  readonly order: string;
  /** What a copy has in a column. All other columns stay as they are. */
  readonly anew: Readonly<Record<string, string>>;
  /** What is read out of a row once, to be used in each of its copies. */
  readonly reading?: Readonly<Record<string, string>>;
}

/** Not copied, for what is past has no deadlines any more. */
export const passing: readonly string[] = ['msg_timers'];

/**
 * The id that the same thing had so many seconds before: of the same form, and one for each id and time, in whichever database it is
 * asked for. What refers to one another goes on doing so, and later ids go on sorting later.
 */
export const earlierId = `
create function pg_temp.earlier(id uuid, ago int) returns uuid language sql immutable parallel safe as $$
  select overlay(overlay(md5(id::text || ago)
    placing lpad(to_hex(('x' || substr(replace(id::text, '-', ''), 1, 12))::bit(48)::bigint - ago * 1000), 12, '0') || '7' from 1 for 13)
    placing '8' from 17 for 1)::uuid
$$`;

const earlier = (column: string): string => `pg_temp.earlier(m.${column}, c.ago)`;
const renamed = (column: string): string => `replace(m.${column}::text, c.story, c.order_id)`;
/** A key that nobody has sent. */
const otherHash = (column: string): string => `encode(sha256(convert_to(m.${column} || ' ' || c.ago, 'UTF8')), 'hex')`;

/** A word's own names beside the order's: of its payment, and of the key that it was placed with. */
const wordAnew = `case when m.payment_id is not null then replace(${renamed('payload')}, m.payment_id::text, ${earlier('payment_id')}::text)
  when m.key_hash is not null then replace(${renamed('payload')}, m.key_hash, ${otherHash('key_hash')}) else ${renamed('payload')} end`;

/** What was said. Positions go on behind the last one, and offsets where the partition ends: both in the order of the copies. */
export const archive: StoryTable = {
  table: 'msg_outbox_archive',
  order: 'key',
  reading: { payment_id: `(payload::jsonb->>'paymentId')::uuid`, key_hash: `payload::jsonb->>'keyHash'` },
  anew: {
    position:
      '(select coalesce(max(position), 0) from msg_outbox_archive) + row_number() over (order by c.place, m.position)',
    id: earlier('id'),
    key: 'c.order_id',
    payload: wordAnew,
    causation: earlier('causation'),
    correlation: renamed('correlation'),
    occurred_at: `m.occurred_at - c.ago * interval '1 second'`,
    partition: 'c.partition',
    record_offset:
      'coalesce(r.next_offset, 0) + row_number() over (partition by m.topic, c.partition order by c.place, m.position) - 1',
    published_at: `m.published_at - c.ago * interval '1 second'`,
  },
};

/** Of every service. */
const messaging: readonly StoryTable[] = [
  archive,
  { table: 'msg_sequences', order: 'key', anew: { key: 'c.order_id' } },
  {
    table: 'msg_inbox',
    order: `split_part(lane, E'\\n', 2)`,
    anew: { message_id: earlier('message_id'), lane: renamed('lane') },
  },
  {
    table: 'msg_idempotency',
    order: `coalesce(answer->>'orderId', '')`,
    anew: { key: otherHash('key'), answer: `${renamed('answer')}::jsonb` },
  },
  {
    table: 'msg_effects',
    order: 'correlation',
    anew: {
      id: earlier('id'),
      key: renamed('key'),
      payload: `${renamed('payload')}::jsonb`,
      cause: earlier('cause'),
      correlation: 'c.order_id',
    },
  },
  {
    table: 'msg_sagas',
    order: 'subject',
    anew: { id: renamed('id'), subject: 'c.order_id', state: `${renamed('state')}::jsonb` },
  },
  {
    table: 'msg_saga_journal',
    order: `split_part(saga_id, ':', 2)`,
    anew: { id: earlier('id'), saga_id: renamed('saga_id'), cause: earlier('cause') },
  },
];

const order = 'order_id::text';
const orderId = 'c.order_id::uuid';

/** Everything that a placed order leaves behind, by the database that it lies in. */
export const storyTables = {
  order: [...messaging, { table: 'orders', order, anew: { order_id: orderId } }],
  product: [...messaging, { table: 'reservations', order, anew: { order_id: orderId } }],
  payment: [
    ...messaging,
    { table: 'payments', order, anew: { order_id: orderId, payment_id: earlier('payment_id') } },
    {
      table: 'ledger_entries',
      order,
      anew: {
        order_id: orderId,
        entry_id: renamed('entry_id'),
        operation: renamed('operation'),
        account: renamed('account'),
        cause: earlier('cause'),
      },
    },
  ],
  cart: messaging,
} satisfies Partial<Record<DatabaseName, readonly StoryTable[]>>;

export type StoryDatabase = keyof typeof storyTables;

/** Copies as they are handed over with a statement. */
export const copies = `unnest($1::text[], $2::text[], $3::int[], $4::int[]) with ordinality as c(story, order_id, ago, partition, place)`;

const modelOf = (table: string): string => `pg_temp.told_${table}`;

/** Puts aside the rows of the stories, by which all copies are made. Its parameter: the ids of their orders. */
export const putAside = ({ table, order: of, reading = {} }: StoryTable): string =>
  `create temp table told_${table} as select ${of} as story, ${Object.entries(reading)
    .map(([name, sql]) => `${sql} as ${name}, `)
    .join('')}t.* from ${table} t where ${of} = any($1)`;

/** Makes the rows of the copies. `columns`: those of the table that are written. */
export function copyRows({ table, anew }: StoryTable, columns: readonly string[]): string {
  const values = columns.map((column) => anew[column] ?? `m.${column}`);
  const insert = `insert into ${table} (${columns.join(', ')}) select ${values.join(', ')} from ${copies} join ${modelOf(table)} m using (story)`;
  if (table !== archive.table) return insert;
  return `
with copied as (${insert} left join msg_relay_positions r on r.topic = m.topic and r.partition = c.partition returning topic, partition, record_offset)
insert into msg_relay_positions as known (topic, partition, next_offset) select topic, partition, max(record_offset) + 1 from copied group by topic, partition
on conflict (topic, partition) do update set next_offset = excluded.next_offset`;
}

/** The pieces that were sold once more with each copy of a reservation leave the shelves. Parameters: stories, and how often each was copied. */
export const takeFromShelves = `
with sold as (
  select (line->>'productId')::uuid as product_id, sum((line->>'quantity')::bigint * c.times) as pieces
  from unnest($1::text[], $2::int[]) as c(story, times) join ${modelOf('reservations')} m using (story), jsonb_array_elements(m.lines) line
  where m.status = 'sold' group by 1)
update shelves s set available = available - pieces, sold = s.sold + pieces from sold where s.product_id = sold.product_id`;
