import 'reflect-metadata';
import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  contracts,
  OrderConfirmed,
  OrderPlaced,
  ProductAdded,
  ProductRenamed,
  ProductRepriced,
  topics,
  UserForgotten,
} from '@tradewind/contracts';
import {
  kafkaClient,
  messageInfo,
  readMessage,
  systemRandomness,
  type KafkaClient,
  type MessageClass,
  type Publisher,
} from '@tradewind/messaging';
import {
  bodyHash,
  dataKeySecret,
  newDataKey,
  startService,
  tokenAudience,
  tokenIssuer,
  unsealWith,
  wrap,
  type RunningService,
} from '@tradewind/service';
import { eventually } from '@tradewind/testing';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { DataSource } from 'typeorm';
import { freshDatabase, type FreshDatabase } from '../../../tools/platform/postgres/fresh-database.js';
import { cartConfig } from './cart.config.js';
import { CartModule } from './cart.module.js';
import { answeredCheckouts } from './http/checked-out-once.js';
import { rebuildCarts } from './rebuild.js';

type Body = Readonly<{
  orderId: string;
  type: string;
  errors: readonly { field: string }[];
  items: readonly { productId: string; quantity: number }[];
  total: { amount: number };
}>;
type Answer = Readonly<{ status: number; body: Body; headers: Headers }>;
type Person = Readonly<{ id: string; token: string }>;

const brokers = process.env['TEST_KAFKA_BROKERS']!.split(',');
const secret = randomBytes(32).toString('base64');
const nobody = '01991234-5678-7000-8000-00000000000e';
const pence = (amount: number) => ({ amount, currency: 'GBP' });
const address = { name: 'Ann Lee', line1: '1 High Street', city: 'London', postcode: 'N1 1AA', country: 'GB' };
const payment = { paymentMethod: 'sim_ok', shippingAddress: address };
const at = new Date(0).toISOString();

describe('the cart service', () => {
  let database: FreshDatabase;
  let kafka: KafkaClient;
  let publisher: Publisher;
  let service: RunningService;
  let rows: DataSource;
  let tokenOf: (userId: string) => Promise<string>;
  const dataKey = newDataKey(systemRandomness);

  beforeAll(async () => {
    database = await freshDatabase();
    kafka = kafkaClient({ brokers, clientId: 'test' });
    await kafka.provision(Object.values(topics));
    publisher = await kafka.publisher();
    const config = cartConfig({
      PORT: '0',
      KAFKA_BROKERS: brokers.join(','),
      DATABASE_URL: database.url,
      MIGRATIONS: 'apply',
      LOG_LEVEL: 'silent',
      DATA_KEY_SECRET: secret,
    });
    service = await startService(CartModule.forRoot(config), config);
    rows = service.app.get(DataSource);
    tokenOf = await signerOf(rows);
  }, 60_000);
  afterAll(async () => {
    await service.stop();
    await publisher.close();
    await kafka.close();
    await database.drop();
  });

  const call = async (
    method: string,
    path: string,
    { token, body, key }: { token?: string; body?: unknown; key?: string },
  ): Promise<Answer> => {
    const headers = {
      ...(token && { authorization: `Bearer ${token}` }),
      ...(key && { 'idempotency-key': key }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    };
    const response = await fetch(`${service.url}${path}`, {
      method,
      headers,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as Body, headers: response.headers };
  };
  const aPerson = async (): Promise<Person> => {
    const id = randomUUID();
    await rows.query('insert into svc_data_keys (user_id, wrapped_key, created_at) values ($1, $2, now())', [
      id,
      wrap(dataKeySecret(secret), id, dataKey, systemRandomness),
    ]);
    return { id, token: await tokenOf(id) };
  };
  const cartOf = ({ token }: Person) => call('GET', '/cart', { token });
  const put = ({ token }: Person, productId: string, quantity: number) =>
    call('PUT', `/cart/items/${productId}`, { token, body: { quantity } });
  const add = ({ token }: Person, productId: string, quantity: number) =>
    call('POST', '/cart/items', { token, body: { productId, quantity } });
  const checkOut = ({ token }: Person, body: object = payment, key: string = randomUUID()) =>
    call('POST', '/cart/checkout', { token, body, key });

  const tell = async <M extends object>(
    cls: MessageClass<M>,
    sequence: number,
    fields: Readonly<Record<string, unknown>>,
  ): Promise<void> => {
    const { type, topic, key } = messageInfo(cls);
    const headers = {
      ce_id: randomUUID(),
      ce_type: type,
      ce_schemaversion: '1',
      ce_source: '/test',
      ce_sequence: String(sequence),
    };
    await publisher.publish([
      { topic: topic.name, partition: 0, key: String(fields[key]), value: JSON.stringify(fields), headers },
    ]);
  };
  const announce = (productId: string, price: number) =>
    tell(ProductAdded, 1, { productId, sku: productId, name: 'Mug', price: pence(price), stock: 1, addedAt: at });
  const reprice = (productId: string, sequence: number, price: number) =>
    tell(ProductRepriced, sequence, { productId, price: pence(price), repricedAt: at });
  const sequenceOf = async (productId: string): Promise<number> =>
    (
      await rows.query<{ sequence: number }[]>('select sequence::int from products where product_id = $1', [productId])
    )[0]?.sequence ?? 0;
  const aProduct = async (price: number): Promise<string> => {
    const productId = randomUUID();
    await announce(productId, price);
    await eventually(async () => (await sequenceOf(productId)) === 1);
    return productId;
  };
  const repriced = async (productId: string, sequence: number, price: number): Promise<void> => {
    await reprice(productId, sequence, price);
    await eventually(async () => (await sequenceOf(productId)) === sequence);
  };
  const said = (key?: string) =>
    rows.query<{ type: string; payload: string; version: number; sequence: string }[]>(
      `select type, payload, version, sequence from (select position, topic, key, type, payload, version, sequence from msg_outbox union all
       select position, topic, key, type, payload, version, sequence from msg_outbox_archive) said
       where topic = $1 and ($2::text is null or key = $2) order by position`,
      [topics.cartEvents.name, key ?? null],
    );

  describe('a buyer', () => {
    it('puts products in, changes them and takes them out', async () => {
      const [ann, mug, cup] = [await aPerson(), await aProduct(100), await aProduct(50)];
      expect(await cartOf(ann)).toMatchObject({ status: 200, body: { items: [], total: pence(0) } });
      expect(await put(ann, mug, 2)).toMatchObject({
        status: 200,
        body: { items: [{ productId: mug, name: 'Mug', quantity: 2, unitPrice: pence(100) }], total: pence(200) },
      });
      expect(await add(ann, cup, 1)).toMatchObject({ status: 200, body: { total: pence(250) } });
      expect(await add(ann, cup, 2)).toMatchObject({
        body: { items: [{ productId: mug }, { productId: cup, quantity: 3 }], total: pence(350) },
      });
      expect(await put(ann, mug, 0)).toMatchObject({ body: { items: [{ productId: cup }], total: pence(150) } });
      expect(await call('DELETE', `/cart/items/${cup}`, { token: ann.token })).toMatchObject({
        status: 200,
        body: { items: [] },
      });
      expect(await call('DELETE', `/cart/items/${cup}`, { token: ann.token })).toMatchObject({ status: 200 });
      expect((await said(ann.id)).map(({ payload }) => (JSON.parse(payload) as { quantity: number }).quantity)).toEqual(
        [2, 1, 3, 0, 0],
      );
      expect(await cartOf(await aPerson())).toMatchObject({ body: { items: [] } });
    });

    it('loses nothing by doing many things at once', async () => {
      const [ann, mug] = [await aPerson(), await aProduct(1)];
      const others = await Promise.all(Array.from({ length: 10 }, () => aProduct(1)));
      await Promise.all([
        ...Array.from({ length: 20 }, () => add(ann, mug, 1)),
        ...others.map((cup) => put(ann, cup, 3)),
      ]);
      expect((await cartOf(ann)).body).toMatchObject({ total: pence(50) });
      expect(await rows.query('select lines from carts where user_id = $1', [ann.id])).toEqual([{ lines: 11 }]);
    });

    it('may be faster than the news of a product', async () => {
      const [ann, mug] = [await aPerson(), randomUUID()];
      const putting = put(ann, mug, 1);
      await announce(mug, 100);
      expect(await putting).toMatchObject({ status: 200, body: { total: pence(100) } });
    });

    it('is told to come again for a product that nobody knows', async () => {
      const answer = await put(await aPerson(), nobody, 1);
      expect(answer.status).toBe(404);
      expect(answer.headers.get('retry-after')).toBe('1');
    });

    it('can not put in more than an order takes', async () => {
      const [ann, mug] = [await aPerson(), await aProduct(1)];
      await put(ann, mug, 100_000);
      expect(await add(ann, mug, 1)).toMatchObject({ status: 422, body: { type: '/problems/too-many-pieces' } });
      await rows.query('update carts set lines = 1000 where user_id = $1', [ann.id]);
      expect(await put(ann, await aProduct(1), 1)).toMatchObject({
        status: 422,
        body: { type: '/problems/cart-full' },
      });
    });

    it.each([
      ['quantity', 'PUT', `/cart/items/${nobody}`, { quantity: -1 }],
      ['quantity', 'PUT', `/cart/items/${nobody}`, { quantity: 1.5 }],
      ['quantity', 'PUT', `/cart/items/${nobody}`, { quantity: 1e308 }],
      ['quantity', 'PUT', `/cart/items/${nobody}`, { quantity: '1' }],
      ['unitPrice', 'PUT', `/cart/items/${nobody}`, { quantity: 1, unitPrice: pence(1) }],
      ['productId', 'PUT', '/cart/items/1', { quantity: 1 }],
      ['quantity', 'POST', '/cart/items', { productId: nobody, quantity: 0 }],
      ['userId', 'POST', '/cart/items', { productId: nobody, quantity: 1, userId: nobody }],
      ['paymentMethod', 'POST', '/cart/checkout', { ...payment, paymentMethod: 'Cash!' }],
      ['shippingAddress', 'POST', '/cart/checkout', { ...payment, shippingAddress: [] }],
      [
        'shippingAddress.country',
        'POST',
        '/cart/checkout',
        { ...payment, shippingAddress: { ...address, country: 'E' } },
      ],
      ['shippingAddress.line2', 'POST', '/cart/checkout', { ...payment, shippingAddress: { ...address, line2: null } }],
      ['shippingAddress.line3', 'POST', '/cart/checkout', { ...payment, shippingAddress: { ...address, line3: 'x' } }],
      ['expectedTotal', 'POST', '/cart/checkout', { ...payment, expectedTotal: { amount: 1, currency: 'EUR' } }],
      ['Idempotency-Key', 'POST', '/cart/checkout', payment],
    ])('is told that %s is wrong: %s %s %j', async (field, method, path, body) => {
      const { token } = await aPerson();
      const answer = await call(method, path, { token, body, ...(field !== 'Idempotency-Key' && { key: 'k' }) });
      expect(answer.status).toBe(400);
      expect(answer.body.errors.map((error) => error.field)).toContain(field);
      expect((await call(method, path, { body })).status).toBe(401);
    });
  });

  describe('a product whose price changes', () => {
    it('shows it in the cart, and is not charged until the buyer agrees', async () => {
      const [ann, mug] = [await aPerson(), await aProduct(100)];
      await put(ann, mug, 2);
      await repriced(mug, 2, 120);
      const changed = { productId: mug, quantity: 2, unitPrice: pence(120), priceChanged: { from: pence(100) } };
      expect((await cartOf(ann)).body).toMatchObject({ items: [changed], total: pence(240) });
      expect(await checkOut(ann)).toMatchObject({
        status: 409,
        body: { type: '/problems/price-changed', lines: [changed], total: pence(240) },
      });
      expect(await checkOut(ann, { ...payment, expectedTotal: pence(200) })).toMatchObject({ status: 409 });
      expect(await checkOut(ann, { ...payment, expectedTotal: pence(240) })).toMatchObject({ status: 202 });
    });

    it('passes over what is older than it knows', async () => {
      const mug = await aProduct(100);
      await repriced(mug, 4, 120);
      await reprice(mug, 3, 110);
      await tell(ProductRenamed, 5, { productId: mug, name: 'Cup', renamedAt: at });
      await eventually(async () => (await sequenceOf(mug)) === 5);
      expect(
        await rows.query('select name, price_amount::int as price from products where product_id = $1', [mug]),
      ).toEqual([{ name: 'Cup', price: 120 }]);
    });
  });

  describe('a checkout', () => {
    it('orders what is in the cart, empties it and tells no address', async () => {
      const [ann, mug] = [await aPerson(), await aProduct(100)];
      await put(ann, mug, 2);
      const key = randomUUID();
      const answer = await checkOut(ann, payment, key);
      const { orderId } = answer.body;
      expect(answer).toMatchObject({ status: 202, body: { orderId } });
      expect(answer.headers.get('location')).toBe(`/orders/${orderId}`);
      const [event] = await said(orderId);
      const told = JSON.parse(event!.payload) as Record<string, string>;
      const lines = [{ productId: mug, quantity: 2, name: 'Mug', unitPrice: pence(100) }];
      expect(told).toMatchObject({
        orderId,
        userId: ann.id,
        lines,
        total: pence(200),
        paymentMethod: 'sim_ok',
        keyHash: bodyHash(key),
        bodyHash: bodyHash(payment),
      });
      expect(event!.payload).not.toContain('High Street');
      expect(JSON.parse(unsealWith(dataKey, told['shippingAddress']!))).toEqual(address);
      expect((await cartOf(ann)).body).toMatchObject({ items: [], total: pence(0) });
      expect(await checkOut(ann)).toMatchObject({ status: 422, body: { type: '/problems/cart-empty' } });
    });

    it('is done once for its key, however often it is asked for', async () => {
      const [ann, mug, key] = [await aPerson(), await aProduct(100), randomUUID()];
      await put(ann, mug, 1);
      const answers = await Promise.all(Array.from({ length: 50 }, () => checkOut(ann, payment, key)));
      expect(new Set(answers.map(({ status, body }) => `${status} ${body.orderId}`)).size).toBe(1);
      expect(answers.filter(({ headers }) => headers.get('idempotent-replayed') !== 'true')).toHaveLength(1);
      expect(await checkOut(ann, { ...payment, paymentMethod: 'sim_slow' }, key)).toMatchObject({ status: 422 });
      expect(await rows.query('select 1 from checkouts where user_id = $1', [ann.id])).toHaveLength(1);
    });

    it('hears what becomes of its order, and of no other', async () => {
      const [ann, mug] = [await aPerson(), await aProduct(100)];
      await put(ann, mug, 1);
      const { orderId } = (await checkOut(ann)).body;
      const shippingAddress = `sealed:1:${ann.id}:${'A'.repeat(16)}:${'A'.repeat(22)}`;
      const order = {
        userId: ann.id,
        lines: [{ productId: mug, quantity: 1, name: 'Mug', unitPrice: pence(100) }],
        total: pence(100),
        paymentMethod: 'sim_ok',
        shippingAddress,
        placedAt: at,
      };
      const direct = randomUUID();
      await tell(OrderPlaced, 1, { ...order, orderId: direct });
      await tell(OrderPlaced, 1, { ...order, orderId });
      await tell(OrderConfirmed, 2, { orderId, userId: ann.id, total: pence(100), confirmedAt: at });
      await eventually(
        async () =>
          (
            await rows.query(`select 1 from checkouts where order_id = $1 and status = 'confirmed' and sequence = 2`, [
              orderId,
            ])
          ).length === 1,
      );
      expect(await rows.query('select 1 from checkouts where order_id = $1', [direct])).toEqual([]);
    });
  });

  describe('a person who is forgotten', () => {
    it('has no cart any more, and gets none', async () => {
      const [ann, mug] = [await aPerson(), await aProduct(100)];
      await put(ann, mug, 1);
      await tell(UserForgotten, 2, { userId: ann.id, forgottenAt: at });
      await eventually(async () => (await cartOf(ann)).body.items.length === 0);
      expect((await said(ann.id)).map(({ type }) => type)).toEqual(['cart.item-set', 'cart.emptied']);
      expect(await put(ann, mug, 1)).toMatchObject({ status: 410 });
      expect(await rows.query('select 1 from cart_lines where user_id = $1', [ann.id])).toEqual([]);
    });
  });

  describe('everything that was said', () => {
    it('tells every cart', async () => {
      await rows.query(
        'update carts c set lines = (select count(*) from cart_lines l where l.user_id = c.user_id) where lines = 1000',
      );
      const told = rebuildCarts(
        (await said()).map(({ type, payload, version, sequence }) => ({
          message: readMessage(contracts.find(type)!.cls, JSON.parse(payload), version),
          sequence: Number(sequence),
        })),
      );
      const carts = await rows.query<{ id: string }[]>(
        `select user_id as id, status, coalesce(lines, 0) as lines from carts`,
      );
      expect(byId(carts)).toEqual(
        byId(
          [...told.carts.values()].map((cart) => ({
            id: cart.userId,
            status: cart.status,
            lines: cart.status === 'open' ? cart.lines : 0,
          })),
        ),
      );
      const lines = await rows.query<{ id: string }[]>(
        'select line_id as id, quantity, unit_price_amount::int as price, put_at as "putAt" from cart_lines',
      );
      expect(byId(lines)).toEqual(
        byId(
          [...told.lines.values()].map(({ lineId, quantity, unitPrice, putAt }) => ({
            id: lineId,
            quantity,
            price: unitPrice.amount,
            putAt,
          })),
        ),
      );
      const checkouts = await rows.query<{ id: string }[]>(
        'select order_id as id, total_amount::int as total, key_hash as "keyHash", body_hash as "bodyHash", checked_out_at as at from checkouts',
      );
      expect(byId(checkouts)).toEqual(
        byId(
          [...told.checkouts.values()].map(({ orderId, total, keyHash, bodyHash, checkedOutAt }) => ({
            id: orderId,
            total: total.amount,
            keyHash,
            bodyHash,
            at: checkedOutAt,
          })),
        ),
      );
    });

    it('tells every request with a key, and what it was answered', async () => {
      const told = (await said()).map(({ type, payload, version }) => ({
        message: readMessage(contracts.find(type)!.cls, JSON.parse(payload), version),
      }));
      const kept = await rows.query<object[]>(
        'select scope, route, key, body_hash as "bodyHash", answer, claimed_at as at from msg_idempotency',
      );
      expect(kept.length).toBeGreaterThan(1);
      expect(new Set([...answeredCheckouts(told)].map(({ claim, ...rest }) => ({ ...claim, ...rest })))).toEqual(
        new Set(kept),
      );
    });
  });
});

const byId = (all: readonly { readonly id: string }[]): Map<string, object> => new Map(all.map((one) => [one.id, one]));

/** Signs tokens with a key that the service knows. */
async function signerOf(rows: DataSource): Promise<(userId: string) => Promise<string>> {
  const { privateKey, publicKey } = await generateKeyPair('EdDSA');
  await rows.query(
    `insert into svc_signing_keys (kid, public_key, announced_at, signs_from) values ('test', $1, now(), now())`,
    [(await exportJWK(publicKey)).x],
  );
  return (userId) =>
    new SignJWT({ role: 'customer' })
      .setProtectedHeader({ alg: 'EdDSA', kid: 'test' })
      .setSubject(userId)
      .setIssuer(tokenIssuer)
      .setAudience(tokenAudience)
      .setIssuedAt()
      .setExpirationTime('1h')
      .sign(privateKey);
}
