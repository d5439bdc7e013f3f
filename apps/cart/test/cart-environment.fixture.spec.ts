import 'reflect-metadata';
import { randomBytes, randomUUID } from 'node:crypto';
import { contracts, ProductAdded, ProductRepriced, topics } from '@tradewind/contracts';
import type { Table } from '@tradewind/messaging';
import { systemRandomness } from '@tradewind/messaging/internals';
import type { MessageClass } from '@tradewind/messaging/message';
import { dataKeySecrets, newDataKey, startService, wrap } from '@tradewind/service';
import { eventually } from '@tradewind/testing';
import { startServiceHarness, type HttpResult } from '@tradewind/testing/service';
import { AccessTokens } from '../../../test/access-tokens.js';
import { rootEnvironment } from '../../../test/signing-root.js';
import { freshDatabase } from '../../../tools/platform/postgres/fresh-database.js';
import { cartConfig } from '../src/cart.config.js';
import { CartModule } from '../src/cart.module.js';

type Body = Readonly<{
  orderId: string;
  type: string;
  errors: readonly { field: string }[];
  items: readonly { productId: string; quantity: number }[];
  total: { amount: number };
}>;
type Person = Readonly<{ id: string; token: string }>;

export const pence = (amount: number) => ({ amount, currency: 'GBP' });
export const address = { name: 'Ann Lee', line1: '1 High Street', city: 'London', postcode: 'N1 1AA', country: 'GB' };
export const payment = { paymentMethod: 'sim_ok', shippingAddress: address };
export const at = new Date(0).toISOString();
/** The data key of every person. */
export const dataKey = newDataKey(systemRandomness);

const secret = randomBytes(32).toString('base64');

export type CartEnvironment = Awaited<ReturnType<typeof startCartEnvironment>>;

/** The cart service on a real Kafka and PostgreSQL; the test publishes the events of the other services. */
export async function startCartEnvironment() {
  const harness = await startServiceHarness({
    brokers: process.env['TEST_KAFKA_BROKERS']!.split(','),
    database: await freshDatabase(),
    contracts,
    topics: Object.values(topics),
    environment: { ...rootEnvironment, DATA_KEY_SECRET: secret },
    start: (environment) => {
      const config = cartConfig(environment);
      return startService(CartModule.forRoot(config), config);
    },
  });
  const tokens = await AccessTokens.create(harness.dataSource);
  const query = <R extends object>(sql: string, values?: unknown[]): Promise<R[]> => harness.query<R>(sql, values);

  const call = (
    method: string,
    path: string,
    { token, body, key }: { token?: string; body?: unknown; key?: string },
  ): Promise<HttpResult<Body>> =>
    harness.request<Body>(method, path, {
      body,
      ...(token !== undefined && { token }),
      ...(key !== undefined && { idempotencyKey: key }),
    });
  const aPerson = async (): Promise<Person> => {
    const id = randomUUID();
    await query('insert into svc_data_keys (user_id, wrapped_key, created_at) values ($1, $2, now())', [
      id,
      wrap(dataKeySecrets(secret), id, dataKey, systemRandomness),
    ]);
    return { id, token: await tokens.sign({ userId: id }) };
  };
  const cartOf = ({ token }: Person) => call('GET', '/cart', { token });
  const put = ({ token }: Person, productId: string, quantity: number) =>
    call('PUT', `/cart/items/${productId}`, { token, body: { quantity } });
  const add = ({ token }: Person, productId: string, quantity: number) =>
    call('POST', '/cart/items', { token, body: { productId, quantity } });
  const checkOut = ({ token }: Person, body: object = payment, key: string = randomUUID()) =>
    call('POST', '/cart/checkout', { token, body, key });

  const send = (message: MessageClass, sequence: number, fields: object): Promise<void> =>
    harness.publish(message, fields, sequence);
  const addProduct = (productId: string, price: number) =>
    send(ProductAdded, 1, { productId, sku: productId, name: 'Mug', price: pence(price), stock: 1, addedAt: at });
  const reprice = (productId: string, sequence: number, price: number) =>
    send(ProductRepriced, sequence, { productId, price: pence(price), repricedAt: at });
  const sequenceOf = async (productId: string): Promise<number> =>
    (await query<{ sequence: number }>('select sequence::int from products where product_id = $1', [productId]))[0]
      ?.sequence ?? 0;
  const aProduct = async (price: number): Promise<string> => {
    const productId = randomUUID();
    await addProduct(productId, price);
    await eventually(async () => (await sequenceOf(productId)) === 1);
    return productId;
  };
  const repriced = async (productId: string, sequence: number, price: number): Promise<void> => {
    await reprice(productId, sequence, price);
    await eventually(async () => (await sequenceOf(productId)) === sequence);
  };
  const published = (key?: string) =>
    harness.published({ topic: topics.cartEvents.name, ...(key !== undefined && { key }) });
  return {
    call,
    aPerson,
    cartOf,
    put,
    add,
    checkOut,
    send,
    addProduct,
    reprice,
    sequenceOf,
    aProduct,
    repriced,
    published,
    query,
    expectRecovered: harness.expectRecovered.bind(harness),
    rows: <S extends object>(of: Table<S>): Promise<Map<string, S>> => harness.rows(of),
    stop: () => harness.stop(),
  };
}
