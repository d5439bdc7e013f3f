import { setTimeout as pause } from 'node:timers/promises';
import { DataSource } from 'typeorm';
import type { Audited, Product } from '../../ground/contestant.js';
import { createDatabase, rowsOf } from '../../ground/databases.js';
import { PriceEntity } from './price.entity.js';
import { ProductEntity } from './product.entity.js';

export const serviceNames = ['order', 'product', 'payment'] as const;
export type ServiceName = (typeof serviceNames)[number];
export type Urls = Readonly<Record<ServiceName, string>>;

/** Empty databases; each service makes its tables when it starts. */
export async function createDatabases(postgresUrl: string, shop: string): Promise<Urls> {
  const urls = await Promise.all(serviceNames.map((name) => createDatabase(postgresUrl, `${shop}_${name}`)));
  return Object.fromEntries(serviceNames.map((name, index) => [name, urls[index]!])) as unknown as Urls;
}

/** The catalogue, once the tables are there. */
export async function fill(urls: Urls, products: readonly Product[]): Promise<void> {
  await keep(
    urls.order,
    PriceEntity,
    products.map(({ productId, price }) => ({ productId, amount: price.amount })),
  );
  await keep(
    urls.product,
    ProductEntity,
    products.map(({ productId, sku, name, stock }) => ({ productId, sku, name, stock })),
  );
}

async function keep<E extends object>(url: string, entity: new () => E, rows: readonly E[]): Promise<void> {
  const dataSource = await new DataSource({ type: 'postgres', url, entities: [entity] }).initialize();
  await dataSource.getRepository(entity).insert([...rows]);
  await dataSource.destroy();
}

const totals = `select count(*)::int as accepted, count(*) filter (where status = 'confirmed')::int as confirmed, count(*) filter (where status = 'pending')::int as pending,
  count(*) filter (where reason = 'out-of-stock')::int as "outOfStock", count(*) filter (where reason = 'payment-declined')::int as declined from orders`;
const piecesConfirmed = `select coalesce(sum((line ->> 'quantity')::int8), 0)::int as pieces from orders, jsonb_array_elements(lines) line where status = 'confirmed'`;
const piecesLeft = `select coalesce(sum(stock), 0)::int8 as pieces from products`;
const captured = `select count(*)::int as captured from payments where status = 'captured'`;

type Counts = Audited & { readonly pending: number };

/** Milliseconds in which what is still under way may end. */
const patience = 10_000;

/** Counts orders, goods and money, once nothing moves any more. This shop promises nothing: what does not fit together is counted, not thrown. */
export async function audit(urls: Urls, products: readonly Product[]): Promise<Audited> {
  const deadline = Date.now() + patience;
  for (;;) {
    const audited = await count(urls, products);
    if (audited.unaccounted === 0 || Date.now() > deadline) return audited;
    await pause(200);
  }
}

async function count(urls: Urls, products: readonly Product[]): Promise<Audited> {
  const [orders] = await rowsOf<Counts>(urls.order, totals);
  const { accepted, confirmed, outOfStock, declined, pending } = orders!;
  const [sold] = await rowsOf<{ pieces: number }>(urls.order, piecesConfirmed);
  const [left] = await rowsOf<{ pieces: string }>(urls.product, piecesLeft);
  const [money] = await rowsOf<{ captured: number }>(urls.payment, captured);
  const gone = products.reduce((sum, { stock }) => sum + stock, 0) - Number(left!.pieces);
  const unaccounted = pending + Math.abs(gone - sold!.pieces) + Math.abs(money!.captured - confirmed);
  return { accepted, confirmed, outOfStock, declined, unaccounted };
}
