import { randomUUID } from 'node:crypto';
import type { PoolClient } from 'pg';
import { answerTypes } from '../articles/shelves.js';
import type { WorkName } from '../articles/work.js';

/** Each connection prepares its statements once. */
const statement = (name: string, text: string): { readonly name: string; readonly text: string } => ({ name, text });

export const bareTables = `
create table bare_inbox (consumer text not null, message_id uuid not null, primary key (consumer, message_id));
create table bare_outbox (id uuid primary key, type text not null, key text not null, payload jsonb not null, causation uuid not null)`;

export const mark = statement(
  'mark',
  'insert into bare_inbox (consumer, message_id) values ($1, $2) on conflict do nothing',
);

const order = 'misplaced = misplaced + case when last + 1 = $3 then 0 else 1 end, last = $3';
const take = statement(
  'take',
  `update bench_shelves set available = available - $2::int, taken = taken + $2::int, ${order} where article = $1 and available >= $2::int`,
);
const refuse = statement(
  'refuse',
  `update bench_shelves set refused = refused + 1, ${order} where article = $1 and available < $2::int`,
);
const answer = statement(
  'answer',
  'insert into bare_outbox (id, type, key, payload, causation) values ($1, $2, $3, $4, $5)',
);
const copy = statement(
  'copy',
  `
insert into bench_copies (article, name, price, changes, sequence) values ($1, $2, $3, 1, $4)
on conflict (article) do update set name = excluded.name, price = excluded.price, changes = bench_copies.changes + 1, sequence = excluded.sequence
where bench_copies.sequence < excluded.sequence`,
);

export interface BareMessage {
  readonly id: string;
  readonly sequence: number;
  readonly message: Readonly<Record<string, unknown>>;
}

/** What a message does besides its mark, in the transaction of that. */
export const write: Readonly<Record<WorkName, (client: PoolClient, message: BareMessage) => Promise<void>>> = {
  shelves: async (client, { id, message }) => {
    const values = [message['article'], message['pieces'], message['number']];
    const isGranted = (await client.query({ ...take, values })).rowCount === 1;
    if (!isGranted) await client.query({ ...refuse, values });
    await client.query({
      ...answer,
      values: [
        randomUUID(),
        isGranted ? answerTypes.taken : answerTypes.refused,
        message['article'],
        JSON.stringify(message),
        id,
      ],
    });
  },
  copies: async (client, { sequence, message }) => {
    await client.query({ ...copy, values: [message['article'], message['name'], message['price'], sequence] });
  },
};
