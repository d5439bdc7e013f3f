import { randomUUID } from 'node:crypto';
import type { PoolClient } from 'pg';
import { eventTypes } from '../workload/stock.js';
import type { WorkloadName } from '../workload/workload.js';

export const bareTables = `
create table bare_inbox (consumer text not null, message_id uuid not null, primary key (consumer, message_id));
create table bare_outbox (id uuid primary key, type text not null, key text not null, payload jsonb not null, causation uuid not null)`;

/* Statements with a name: each connection prepares them once. */
const order = 'out_of_order = out_of_order + case when last + 1 = $3 then 0 else 1 end, last = $3';
const take = {
  name: 'take',
  text: `update bench_stock_levels set available = available - $2::int, taken = taken + $2::int, ${order} where product = $1 and available >= $2::int`,
};
const refuse = {
  name: 'refuse',
  text: `update bench_stock_levels set refused = refused + 1, ${order} where product = $1 and available < $2::int`,
};
const append = {
  name: 'append',
  text: 'insert into bare_outbox (id, type, key, payload, causation) values ($1, $2, $3, $4, $5)',
};
const savePrice = {
  name: 'price',
  text: `
insert into bench_prices (product, name, price, changes, sequence) values ($1, $2, $3, 1, $4)
on conflict (product) do update set name = excluded.name, price = excluded.price, changes = bench_prices.changes + 1, sequence = excluded.sequence
where bench_prices.sequence < excluded.sequence`,
};
export const mark = {
  name: 'mark',
  text: 'insert into bare_inbox (consumer, message_id) values ($1, $2) on conflict do nothing',
};

export interface BareMessage {
  readonly id: string;
  readonly sequence: number;
  readonly message: Readonly<Record<string, unknown>>;
}

/** What a message changes, in the transaction of its inbox row. */
export const apply: Readonly<Record<WorkloadName, (client: PoolClient, message: BareMessage) => Promise<void>>> = {
  stock: async (client, { id, message }) => {
    const { product, quantity, number } = message;
    const values = [product, quantity, number];
    const isTaken = (await client.query({ ...take, values })).rowCount === 1;
    if (!isTaken) await client.query({ ...refuse, values });
    const type = isTaken ? eventTypes.taken : eventTypes.refused;
    await client.query({ ...append, values: [randomUUID(), type, product, JSON.stringify(message), id] });
  },
  prices: async (client, { sequence, message: { product, name, price } }) => {
    await client.query({ ...savePrice, values: [product, name, price, sequence] });
  },
};
