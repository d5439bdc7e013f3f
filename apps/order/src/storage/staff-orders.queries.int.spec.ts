import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { orderId, userId } from '@tradewind/contracts';
import { DataSource } from 'typeorm';
import { freshDatabase } from '../../../../tools/platform/postgres/fresh-database.js';
import { CreateOrdersAndPrices1760000000001 } from '../../migrations/0001-create-orders-and-prices.js';
import { StaffOrderQueries, type OrderFilter } from './staff-orders.queries.js';

/** 20,000 orders of 200 buyers, one accepted each second; a pending one in a thousand. */
const orders = `
insert into orders (order_id, user_id, status, lines, total_amount, total_currency, goodwill_amount, goodwill_currency, payment_method, placed_at, confirmed_at, history)
select (lpad(to_hex(1767225600000 + n * 1000), 12, '0') || '70008000' || lpad(n::text, 12, '0'))::uuid, lpad((n % 200)::text, 32, '0')::uuid,
  case when n % 1000 = 0 then 'pending' else 'confirmed' end, '[{}]', 1, 'GBP', 0, 'GBP', 'sim_ok', now(), case when n % 1000 = 0 then null else now() end, '[{}]'
from generate_series(1, 20000) n`;

const first = new Date(1_767_225_600_000);
const minutes = (count: number): Date => new Date(first.getTime() + count * 60_000);

describe('the list of all orders', () => {
  let dataSource: DataSource;
  let drop: () => Promise<void>;
  beforeAll(async () => {
    const database = await freshDatabase();
    drop = () => database.drop();
    const migrations = [CreateOrdersAndPrices1760000000001];
    dataSource = await new DataSource({ type: 'postgres', url: database.url, migrations }).initialize();
    await dataSource.runMigrations();
    await dataSource.query(orders);
    await dataSource.query('analyze orders');
  }, 60_000);
  afterAll(async () => {
    await dataSource.destroy();
    await drop();
  });

  const before = orderId('019b7791-c300-7000-8000-000000000000');
  it.each<[string, OrderFilter, string]>([
    ['without a filter', {}, 'orders_pkey'],
    ['by time', { from: minutes(10), to: minutes(12) }, 'orders_pkey'],
    ['by buyer', { userId: userId('00000000-0000-0000-0000-000000000007') }, 'orders_of_user'],
    ['confirmed', { status: 'confirmed' }, 'orders_pkey'],
    ['by status', { status: 'pending' }, 'orders_by_status'],
    ['by status and time', { status: 'pending', from: minutes(10) }, 'orders_by_status'],
  ])('is read from an index, in its order: %s', async (_, filter, index) => {
    const explained = {
      query: (sql: string, values: unknown[]) => dataSource.query(`explain ${sql}`, values),
    } as unknown as DataSource;
    for (const cursor of [undefined, before]) {
      const plan = JSON.stringify(await new StaffOrderQueries(explained).list(filter, cursor, 21));
      expect(plan).toContain(`using ${index}`);
      expect(plan).not.toContain('Sort');
    }
  });
  it('has the orders of the filter only', async () => {
    const queries = new StaffOrderQueries(dataSource);
    const pending = await queries.list({ status: 'pending', to: minutes(100) }, undefined, 21);
    expect(pending.map(({ status }) => status)).toEqual(Array(5).fill('pending'));
    expect(await queries.list({ from: minutes(10), to: minutes(11) }, undefined, 100)).toHaveLength(60);
  });
});
