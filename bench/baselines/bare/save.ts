import type pg from 'pg';
import { newId as createId } from '@tradewind/kernel';
import type { Topic } from '@tradewind/messaging';
import { systemPorts } from '@tradewind/messaging/internals';
import { run, statement, type Text } from './database.js';

/** What a transaction writes to one table: given rows, whose columns are parameters. `orderId` is the column `order_id`. */
export interface Write<Column extends string> {
  readonly types: Text<Column>;
  /** `rows`: the given rows as the table `r`. */
  readonly sql: (rows: string) => string;
}

type Writes = Readonly<Record<string, Write<string>>>;
type Row<W> = W extends Write<infer Column> ? Readonly<Record<Column, unknown>> : never;

export const newId = (): string => createId(systemPorts);

const snake = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** Inserts rows in the order of their first column. `others`: SQL of other columns. */
export const insertInto = <Column extends string>(
  table: string,
  types: Text<Column>,
  others: Text<string>,
  onConflict = '',
): Write<Column> => {
  const columns = Object.keys(types).map(snake);
  const [names, values] = [
    [...columns, ...Object.keys(others)],
    [...columns.map((c) => `r.${c}`), ...Object.values(others)],
  ];
  return {
    types,
    sql: (rows) =>
      `insert into ${table} (${names.join()}) select ${values.join()} from ${rows} order by 1 ${onConflict}`,
  };
};

/** Updates the rows of a table `t` that have the first column. */
export const update = <Column extends string>(table: string, types: Text<Column>, set: string): Write<Column> => {
  const key = snake(Object.keys(types)[0]!);
  return { types, sql: (rows) => `update ${table} t set ${set} from ${rows} where t.${key} = r.${key}` };
};

/** Messages are numbered by topic and key, and appended to the outbox in their order. */
const publishing = {
  messages: {
    types: { id: 'uuid', topic: 'text', key: 'text', type: 'text', payload: 'text', causation: 'uuid' },
    sql: (rows) => `select * from ${rows}`,
  },
  numbered: {
    types: {},
    sql: () => `
insert into msg_sequences as known (topic, key, last) select topic, key, count(*) from messages group by topic, key order by topic, key
on conflict (topic, key) do update set last = known.last + excluded.last returning topic, key, last`,
  },
} satisfies Writes;
const append = `
insert into msg_outbox (id, topic, key, type, version, sequence, payload, causation, correlation, occurred_at, archived)
select m.id, topic, key, m.type, 1, numbered.last - count(*) over (partition by topic, key) + row_number() over (partition by topic, key order by m.place),
  m.payload, m.causation, key, now(), true
from messages m join numbered using (topic, key) order by m.place`;

/** One statement that writes rows and publishes messages. Returns how to begin the rows of a transaction. */
export function saving<W extends Writes>(writes: W): () => Save<W> {
  const all: Writes = { ...publishing, ...writes };
  let parameters = 0;
  const parts = Object.entries(all).map(([name, { types, sql }]) => {
    const columns = Object.values(types).map((type) => `$${++parameters}::${type}[]`);
    return `${name} as (${sql(`unnest(${columns.join()}) with ordinality as r(${Object.keys(types).map(snake).join()}, place)`)})`;
  });
  const save = statement(`with ${parts.join()} ${append}`);
  return () => new Save<W>(all, async (client, columns) => void (await run(client, save, columns)));
}

/** The rows and messages of one transaction. */
export class Save<W extends Writes> {
  /** An array for each column, by name. */
  readonly #columns: Readonly<Record<string, readonly (readonly [column: string, values: unknown[]])[]>>;

  constructor(
    writes: Writes,
    private readonly write: (client: pg.PoolClient, columns: readonly unknown[][]) => Promise<void>,
  ) {
    const empty = ({ types }: Write<string>) => Object.keys(types).map((column) => [column, [] as unknown[]] as const);
    this.#columns = Object.fromEntries(Object.entries(writes).map(([name, each]) => [name, empty(each)]));
  }

  add<Name extends keyof W & string>(name: Name, row: Row<W[Name]>): void {
    this.#add(name, row);
  }

  /** Returns the id of the message. Its key and its correlation are the order. */
  publish(topic: Topic, type: string, key: string, causation: string, payload: object): string {
    const id = newId();
    this.#add('messages', { id, topic: topic.name, key, type, payload: JSON.stringify(payload), causation });
    return id;
  }

  run(client: pg.PoolClient): Promise<void> {
    const columns = Object.values(this.#columns).flat();
    return this.write(
      client,
      columns.map(([, values]) => values),
    );
  }

  #add(name: string, row: Readonly<Record<string, unknown>>): void {
    for (const [column, values] of this.#columns[name]!) values.push(row[column]);
  }
}
