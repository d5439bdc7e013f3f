import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { contracts, ReleaseStock, ReserveStock, SellStock, TakeBackStock, topics } from '@tradewind/contracts';
import type { MessageClass } from '@tradewind/messaging/message';
import { startService } from '@tradewind/service';
import { startServiceHarness, type HttpResult } from '@tradewind/testing/service';
import { AccessTokens } from '../../../test/access-tokens.js';
import { rootEnvironment } from '../../../test/signing-root.js';
import { freshDatabase } from '../../../tools/platform/postgres/fresh-database.js';
import { productConfig } from '../src/product.config.js';
import { ProductModule } from '../src/product.module.js';

type View = Readonly<Record<'id' | 'sku' | 'name', string>>;
interface Body extends View {
  readonly items: readonly View[];
  readonly nextCursor: string | null;
  readonly detail: string;
  readonly errors: readonly { readonly field: string }[];
}
type StockLevel = Readonly<Record<'available' | 'reserved' | 'sold', number>>;
type Command = readonly [MessageClass, { readonly orderId: string }];

export const pence = (amount: number) => ({ amount, currency: 'GBP' });

export const line = (productId: string, quantity: number) => ({ productId, quantity });
export const reserve = (orderId: string, ...lines: ReturnType<typeof line>[]): Command => [
  ReserveStock,
  { orderId, lines } as { orderId: string },
];
export const release = (orderId: string): Command => [ReleaseStock, { orderId }];
export const sell = (orderId: string): Command => [SellStock, { orderId }];
export const takeBack = (orderId: string): Command => [TakeBackStock, { orderId }];

export type ProductEnvironment = Awaited<ReturnType<typeof startProductEnvironment>>;

/** The product service on a real Kafka and PostgreSQL; the test publishes the commands of the order service. */
export async function startProductEnvironment() {
  const harness = await startServiceHarness({
    brokers: process.env['TEST_KAFKA_BROKERS']!.split(','),
    database: await freshDatabase(),
    contracts,
    topics: Object.values(topics),
    environment: rootEnvironment,
    start: (environment) => {
      const config = productConfig(environment);
      return startService(ProductModule.forRoot(config), config);
    },
  });
  const signing = await AccessTokens.create(harness.dataSource);
  const tokens = {
    admin: await signing.sign({ role: 'admin' }),
    otherAdmin: await signing.sign({ role: 'admin' }),
    customer: await signing.sign(),
  };
  const query = <R extends object>(sql: string, values?: unknown[]): Promise<R[]> => harness.query<R>(sql, values);

  const call = (method: string, path: string, body?: unknown, token?: string): Promise<HttpResult<Body>> =>
    harness.request<Body>(method, path, { body, ...(token !== undefined && { token }) });
  const asAdmin = (method: string, path: string, body?: unknown): Promise<HttpResult<Body>> =>
    call(method, path, body, tokens.admin);
  const adjust = (productId: string, body: object, key: string, token = tokens.admin): Promise<HttpResult<Body>> =>
    harness.request<Body>('POST', `/products/${productId}/stock-adjustments`, { body, token, idempotencyKey: key });
  const withReason = (
    reason: string,
    method: string,
    path: string,
    body: object,
    token: string,
  ): Promise<HttpResult<Body>> =>
    harness.request<Body>(method, path, { body, token, headers: { 'action-reason': reason } });
  const aProduct = async (stock: number, fields: object = {}): Promise<string> =>
    (await asAdmin('POST', '/products', { sku: randomUUID(), name: 'Mug', price: pence(250), stock, ...fields })).body
      .id;
  const stockLevelOf = async (productId: string): Promise<StockLevel> =>
    (
      await query<StockLevel>(
        'select available::int, reserved::int, sold::int from stock_levels where product_id = $1',
        [productId],
      )
    )[0]!;

  const send = (...commands: readonly Command[]): Promise<void> =>
    harness.publishAll(...commands.map(([message, fields]) => ({ message, fields })));
  const published = (topic: string, key?: string) => harness.published({ topic, ...(key !== undefined && { key }) });
  const repliesTo = async (orderId: string, count: number): Promise<string[]> =>
    (await harness.waitForPublished({ topic: topics.stockEvents.name, key: orderId }, count)).map(({ type }) => type);
  return {
    tokens,
    call,
    asAdmin,
    withReason,
    adjust,
    aProduct,
    stockLevelOf,
    send,
    published,
    repliesTo,
    query,
    dataSource: harness.dataSource,
    expectRecovered: harness.expectRecovered.bind(harness),
    stop: () => harness.stop(),
  };
}
