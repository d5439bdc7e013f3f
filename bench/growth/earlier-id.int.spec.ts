import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { uuidv7 } from '@tradewind/kernel';
import { freshDatabase, type FreshDatabase } from '../../tools/platform/postgres/fresh-database.js';
import pg from 'pg';
import { earlierId } from './copied-tables.js';

const hour = 3_600;
const at = Date.UTC(2026, 0, 31, 12);
const idAt = (time: number, byte: number): string => uuidv7(time, new Uint8Array(10).fill(byte));

describe('the id of a copy', () => {
  let databases: readonly FreshDatabase[];
  let clients: readonly pg.Client[];
  beforeAll(async () => {
    databases = [await freshDatabase(), await freshDatabase()];
    clients = databases.map(({ url }) => new pg.Client({ connectionString: url }));
    for (const client of clients) {
      await client.connect();
      await client.query(earlierId);
    }
  });
  afterAll(async () => {
    for (const client of clients) await client.end();
    for (const database of databases) await database.drop();
  });
  const earlier = async (id: string, seconds: number, client = clients[0]!): Promise<string> =>
    (await client.query<{ id: string }>('select pg_temp.earlier($1::uuid, $2) as id', [id, seconds])).rows[0]!.id;

  it('is a UUIDv7 with the earlier time', async () => {
    const id = await earlier(idAt(at, 0xab), hour);
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(id.slice(0, 13)).toBe(idAt(at - hour * 1_000, 0).slice(0, 13));
  });
  it('is the same in every database', async () =>
    expect(await earlier(idAt(at, 1), hour, clients[1])).toBe(await earlier(idAt(at, 1), hour)));
  it('differs for another id and for another time', async () => {
    const [first, second] = [idAt(at, 1), idAt(at, 2)];
    const ids = [await earlier(first, hour), await earlier(second, hour), await earlier(first, hour + 1), first];
    expect(new Set(ids).size).toBe(4);
  });
  it('sorts like the ids of the templates', async () =>
    expect((await earlier(idAt(at, 9), hour)) < (await earlier(idAt(at + 1, 0), hour))).toBe(true));
});
