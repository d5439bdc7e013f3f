import type { DatabaseService } from '../../tools/services.js';

/** A table with rows of orders, and how a row is copied to another order. In SQL `t` is the row of the template, `c` the copy. */
export interface CopiedTable {
  readonly table: string;
  /** The id of the order of a row, as text. */
  readonly order: string;
  /** The values of a copy, by column. Other columns are equal to those of the template. */
  readonly changed: Readonly<Record<string, string>>;
  /** Values that are read from a row once, for all of its copies. */
  readonly extracted?: Readonly<Record<string, string>>;
}

/** Not copied: past orders have no timeouts. */
export const notCopied: readonly string[] = ['msg_timeouts'];

/**
 * The id of a copy: a UUIDv7 like the id of the template, with an earlier time. It is the same in every database, so references stay valid, and
 * ids keep their order.
 */
export const earlierId = `
create function pg_temp.earlier(id uuid, seconds int) returns uuid language sql immutable parallel safe as $$
  select overlay(overlay(md5(id::text || seconds)
    placing lpad(to_hex(('x' || substr(replace(id::text, '-', ''), 1, 12))::bit(48)::bigint - seconds * 1000), 12, '0') || '7' from 1 for 13)
    placing '8' from 17 for 1)::uuid
$$`;

const earlier = (column: string): string => `pg_temp.earlier(t.${column}, c.seconds)`;
const withNewOrder = (column: string): string => `replace(t.${column}::text, c.template, c.order_id)`;
/** A key that no client has used. */
const otherHash = (column: string): string =>
  `encode(sha256(convert_to(t.${column} || ' ' || c.seconds, 'UTF8')), 'hex')`;

/** A payload may name the payment of the order, or the key with which the order was placed. */
const payload = `case when t.payment_id is not null then replace(${withNewOrder('payload')}, t.payment_id::text, ${earlier('payment_id')}::text)
  when t.key_hash is not null then replace(${withNewOrder('payload')}, t.key_hash, ${otherHash('key_hash')}) else ${withNewOrder('payload')} end`;

/** Published messages. Positions continue after the last one, offsets at the end of the partition, both in the order of the copies. */
const archive: CopiedTable = {
  table: 'msg_outbox_archive',
  order: 'key',
  extracted: { payment_id: `(payload::jsonb->>'paymentId')::uuid`, key_hash: `payload::jsonb->>'keyHash'` },
  changed: {
    position:
      '(select coalesce(max(position), 0) from msg_outbox_archive) + row_number() over (order by c.place, t.position)',
    id: earlier('id'),
    key: 'c.order_id',
    payload,
    causation: earlier('causation'),
    correlation: withNewOrder('correlation'),
    occurred_at: `t.occurred_at - c.seconds * interval '1 second'`,
    partition: 'c.partition',
    record_offset:
      'coalesce(r.next_offset, 0) + row_number() over (partition by t.topic, c.partition order by c.place, t.position) - 1',
    published_at: `t.published_at - c.seconds * interval '1 second'`,
  },
};

/** Tables of every service. */
const messaging: readonly CopiedTable[] = [
  archive,
  { table: 'msg_sequences', order: 'key', changed: { key: 'c.order_id' } },
  {
    table: 'msg_inbox',
    order: `split_part(ordering_key, E'\\n', 2)`,
    changed: { message_id: earlier('message_id'), ordering_key: withNewOrder('ordering_key') },
  },
  {
    table: 'msg_idempotency',
    order: `coalesce(answer->>'orderId', '')`,
    changed: { key: otherHash('key'), answer: `${withNewOrder('answer')}::jsonb` },
  },
  {
    table: 'msg_effects',
    order: 'correlation',
    changed: {
      id: earlier('id'),
      key: withNewOrder('key'),
      payload: `${withNewOrder('payload')}::jsonb`,
      cause: earlier('cause'),
      correlation: 'c.order_id',
    },
  },
  {
    table: 'msg_sagas',
    order: 'subject',
    changed: { id: withNewOrder('id'), subject: 'c.order_id', state: `${withNewOrder('state')}::jsonb` },
  },
  {
    table: 'msg_saga_history',
    order: `split_part(saga_id, ':', 2)`,
    changed: { id: earlier('id'), saga_id: withNewOrder('saga_id'), cause: earlier('cause') },
  },
];

const order = 'order_id::text';
const order_id = 'c.order_id::uuid';

/** Everything that a placed order leaves behind, by database. */
export const copiedTables = {
  order: [...messaging, { table: 'orders', order, changed: { order_id } }],
  product: [...messaging, { table: 'reservations', order, changed: { order_id } }],
  payment: [
    ...messaging,
    { table: 'payments', order, changed: { order_id, payment_id: earlier('payment_id') } },
    {
      table: 'ledger_entries',
      order,
      changed: {
        order_id,
        entry_id: withNewOrder('entry_id'),
        operation: withNewOrder('operation'),
        account: withNewOrder('account'),
        cause: earlier('cause'),
      },
    },
  ],
  cart: messaging,
} satisfies Partial<Record<DatabaseService, readonly CopiedTable[]>>;

export type CopiedDatabase = keyof typeof copiedTables;

const templatesOf = (table: string): string => `pg_temp.template_${table}`;

/** Keeps the rows of the template orders. Parameter: the ids of these orders. */
export const keepTemplates = ({ table, order: of, extracted = {} }: CopiedTable): string =>
  `create temp table template_${table} as select ${of} as template, ${Object.entries(extracted)
    .map(([name, sql]) => `${sql} as ${name}, `)
    .join('')}t.* from ${table} t where ${of} = any($1)`;

/** Inserts the rows of copies. Parameters: templates, order ids, seconds and partitions. `columns`: those that are written. */
export function insertCopies({ table, changed }: CopiedTable, columns: readonly string[]): string {
  const values = columns.map((column) => changed[column] ?? `t.${column}`);
  const insert = `insert into ${table} (${columns.join(', ')}) select ${values.join(', ')}
    from unnest($1::text[], $2::text[], $3::int[], $4::int[]) with ordinality as c(template, order_id, seconds, partition, place) join ${templatesOf(table)} t using (template)`;
  if (table !== archive.table) return insert;
  return `
with copied as (${insert} left join msg_published_offsets r on r.topic = t.topic and r.partition = c.partition returning topic, partition, record_offset)
insert into msg_published_offsets as known (topic, partition, next_offset) select topic, partition, max(record_offset) + 1 from copied group by topic, partition
on conflict (topic, partition) do update set next_offset = excluded.next_offset`;
}

/** Takes what the copies of reservations have sold out of the stock, one change for each copy and product. Parameters: templates, and the number of copies of each. */
export const sellCopies = `
with sold as (
  select (line->>'productId')::uuid as product_id, c.template, copy, sum((line->>'quantity')::bigint) as pieces
  from unnest($1::text[], $2::int[]) as c(template, copies) join ${templatesOf('reservations')} t using (template), generate_series(1, c.copies) copy,
    jsonb_array_elements(t.lines) line
  where t.status = 'sold' group by 1, 2, 3),
history as (
  insert into stock_changes (product_id, number, cause, delta, available, at)
  select product_id, changes + row_number() over by_copy, 'reserved', -pieces, available - sum(pieces) over by_copy, now()
  from sold join stock_levels using (product_id) window by_copy as (partition by product_id order by template, copy)),
moved as (select product_id, sum(pieces) as pieces, count(*) as changes from sold group by 1)
update stock_levels s set available = available - pieces, sold = s.sold + pieces, changes = s.changes + moved.changes
from moved where s.product_id = moved.product_id`;
