import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { contracts, ReleaseStock, ReserveStock, SellStock, TakeBackStock, topics } from '@tradewind/contracts';
import {
  kafkaClient,
  messageInfo,
  readMessage,
  type KafkaClient,
  type MessageClass,
  type Publisher,
} from '@tradewind/messaging';
import { startService, tokenAudience, tokenIssuer, type RunningService } from '@tradewind/service';
import { eventually } from '@tradewind/testing';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { DataSource } from 'typeorm';
import { freshDatabase, type FreshDatabase } from '../../../tools/platform/postgres/fresh-database.js';
import { productConfig } from './product.config.js';
import { ProductModule } from './product.module.js';
import { rebuildProduct } from './rebuild.js';

type View = Readonly<Record<'id' | 'name', string>>;
interface Body extends View {
  readonly items: readonly View[];
  readonly nextCursor: string;
  readonly errors: readonly { readonly field: string }[];
}
interface Answer {
  readonly status: number;
  readonly body: Body;
  readonly headers: Headers;
}
type Shelf = Readonly<Record<'available' | 'reserved' | 'sold', number>>;
type Ask = readonly [MessageClass, { readonly orderId: string }];

const brokers = process.env['TEST_KAFKA_BROKERS']!.split(',');
const nobody = '01991234-5678-7000-8000-00000000000e';
const pence = (amount: number) => ({ amount, currency: 'GBP' });

describe('the product service', () => {
  let database: FreshDatabase;
  let kafka: KafkaClient;
  let publisher: Publisher;
  let service: RunningService;
  let rows: DataSource;
  let tokens: { admin: string; customer: string };

  beforeAll(async () => {
    database = await freshDatabase();
    kafka = kafkaClient({ brokers, clientId: 'test' });
    await kafka.provision(Object.values(topics));
    publisher = await kafka.publisher();
    const config = productConfig({
      PORT: '0',
      KAFKA_BROKERS: brokers.join(','),
      DATABASE_URL: database.url,
      MIGRATIONS: 'apply',
      LOG_LEVEL: 'silent',
    });
    service = await startService(ProductModule.forRoot(config), config);
    rows = service.app.get(DataSource);
    tokens = await tokensOf(rows);
  }, 60_000);
  afterAll(async () => {
    await service.stop();
    await publisher.close();
    await kafka.close();
    await database.drop();
  });

  const call = async (method: string, path: string, body?: unknown, token?: string): Promise<Answer> => {
    const headers = {
      ...(token && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    };
    const response = await fetch(`${service.url}${path}`, {
      method,
      headers,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as Body, headers: response.headers };
  };
  const asAdmin = (method: string, path: string, body?: unknown): Promise<Answer> =>
    call(method, path, body, tokens.admin);
  const aProduct = async (stock: number, fields: object = {}): Promise<string> =>
    (await asAdmin('POST', '/products', { sku: randomUUID(), name: 'Mug', price: pence(250), stock, ...fields })).body
      .id;
  const shelfOf = async (productId: string): Promise<Shelf> =>
    (
      await rows.query<Shelf[]>('select available::int, reserved::int, sold::int from shelves where product_id = $1', [
        productId,
      ])
    )[0]!;

  const tell = async (...asks: readonly Ask[]): Promise<void> => {
    const records = asks.map(([cls, fields]) => ({
      topic: topics.stockCommands.name,
      partition: 0,
      key: fields.orderId,
      value: JSON.stringify(fields),
      headers: {
        ce_id: randomUUID(),
        ce_type: messageInfo(cls).type,
        ce_schemaversion: '1',
        ce_source: '/order',
        ce_sequence: '1',
      },
    }));
    await publisher.publish(records);
  };
  const said = (topic: string, key?: string) =>
    rows.query<{ type: string; payload: string; version: number }[]>(
      `select type, payload, version from (select * from (select position, topic, key, type, payload, version from msg_outbox union all
       select position, topic, key, type, payload, version from msg_outbox_archive) both_tables) said
       where topic = $1 and ($2::text is null or key = $2) order by position`,
      [topic, key ?? null],
    );
  const answersTo = async (orderId: string, count: number): Promise<string[]> => {
    await eventually(async () => (await said(topics.stockEvents.name, orderId)).length >= count);
    return (await said(topics.stockEvents.name, orderId)).map(({ type }) => type);
  };
  const line = (productId: string, quantity: number) => ({ productId, quantity });
  const reserve = (orderId: string, ...lines: ReturnType<typeof line>[]): Ask => [
    ReserveStock,
    { orderId, lines } as { orderId: string },
  ];
  const release = (orderId: string): Ask => [ReleaseStock, { orderId }];
  const sell = (orderId: string): Ask => [SellStock, { orderId }];
  const takeBack = (orderId: string): Ask => [TakeBackStock, { orderId }];

  describe('an admin at the catalogue', () => {
    it('adds a product, which everybody can see', async () => {
      const sku = `A ${randomUUID()}`;
      const added = await asAdmin('POST', '/products', { sku, name: 'White mug', price: pence(250), stock: 7 });
      expect(added).toMatchObject({ status: 201, body: { sku, name: 'White mug', price: pence(250), available: 7 } });
      expect(added.headers.get('location')).toBe(`/products/${added.body.id}`);
      expect(await call('GET', `/products/${added.body.id}`)).toMatchObject({ status: 200, body: added.body });
    });

    it('is told when the code is taken, and of two at once one adds it', async () => {
      const body = { sku: randomUUID(), name: 'Mug', price: pence(1), stock: 0 };
      const both = await Promise.all([asAdmin('POST', '/products', body), asAdmin('POST', '/products', body)]);
      expect(both.map(({ status }) => status).sort()).toEqual([201, 409]);
      expect(await asAdmin('POST', '/products', body)).toMatchObject({
        status: 409,
        body: { type: '/problems/sku-taken' },
      });
    });

    it('renames and reprices, and says only what has changed', async () => {
      const id = await aProduct(1);
      expect(await asAdmin('PATCH', `/products/${id}`, { name: 'Cup', price: pence(250) })).toMatchObject({
        status: 200,
        body: { name: 'Cup', price: pence(250) },
      });
      await asAdmin('PATCH', `/products/${id}`, { name: 'Cup' });
      expect(await asAdmin('PATCH', `/products/${id}`, { price: pence(300) })).toMatchObject({
        body: { name: 'Cup', price: pence(300) },
      });
      expect((await said(topics.productEvents.name, id)).map(({ type }) => type)).toEqual([
        'product.added',
        'product.renamed',
        'product.repriced',
      ]);
    });

    it('counts pieces in and out, never below zero', async () => {
      const id = await aProduct(5);
      const adjust = (delta: number) =>
        asAdmin('POST', `/products/${id}/stock-adjustments`, { delta, reason: 'counted' });
      expect(await adjust(-5)).toMatchObject({ status: 201, body: { id, available: 0 } });
      expect(await adjust(-1)).toMatchObject({ status: 409, body: { type: '/problems/not-enough-available' } });
      expect(await adjust(3)).toMatchObject({ status: 201, body: { available: 3 } });
      expect(await adjust(1_000_000_000)).toMatchObject({ status: 409, body: { type: '/problems/too-much-stock' } });
    });

    it.each([
      ['price.amount', 'POST', '/products', { sku: 'x', name: 'x', price: pence(-1), stock: 0 }],
      ['price.amount', 'POST', '/products', { sku: 'x', name: 'x', price: pence(1.5), stock: 0 }],
      ['price.amount', 'POST', '/products', { sku: 'x', name: 'x', price: pence(1e308), stock: 0 }],
      ['price.currency', 'POST', '/products', { sku: 'x', name: 'x', price: { amount: 1, currency: 'EUR' }, stock: 0 }],
      ['price', 'POST', '/products', { sku: 'x', name: 'x', price: [], stock: 0 }],
      ['price.id', 'POST', '/products', { sku: 'x', name: 'x', price: { ...pence(1), id: 1 }, stock: 0 }],
      ['sku', 'POST', '/products', { sku: 'x/y', name: 'x', price: pence(1), stock: 0 }],
      ['sku', 'POST', '/products', { sku: 'x'.repeat(65), name: 'x', price: pence(1), stock: 0 }],
      ['sku', 'POST', '/products', { sku: ' ', name: 'x', price: pence(1), stock: 0 }],
      ['name', 'POST', '/products', { sku: 'x', name: ' ', price: pence(1), stock: 0 }],
      ['name', 'POST', '/products', { sku: 'x', name: 'x\u0000', price: pence(1), stock: 0 }],
      ['stock', 'POST', '/products', { sku: 'x', name: 'x', price: pence(1), stock: 1_000_000_001 }],
      ['available', 'POST', '/products', { sku: 'x', name: 'x', price: pence(1), stock: 0, available: 5 }],
      ['name', 'PATCH', `/products/${nobody}`, { name: null }],
      ['delta', 'POST', `/products/${nobody}/stock-adjustments`, { delta: 0, reason: 'x' }],
      ['delta', 'POST', `/products/${nobody}/stock-adjustments`, { delta: '1', reason: 'x' }],
      ['reason', 'POST', `/products/${nobody}/stock-adjustments`, { delta: 1 }],
      ['id', 'PATCH', '/products/1', {}],
    ])('is told that %s is wrong: %s %s %j', async (field, method, path, body) => {
      const answer = await asAdmin(method, path, body);
      expect(answer.status).toBe(400);
      expect(answer.body.errors.map((error) => error.field)).toContain(field);
    });

    it('is told that a product does not exist', async () => {
      const id = randomUUID();
      const answers = await Promise.all([
        call('GET', `/products/${id}`),
        asAdmin('PATCH', `/products/${id}`, { name: 'x' }),
        asAdmin('POST', `/products/${id}/stock-adjustments`, { delta: 1, reason: 'x' }),
      ]);
      expect(answers.map(({ status }) => status)).toEqual([404, 404, 404]);
    });
  });

  describe('somebody who is no admin', () => {
    it.each([
      ['POST', '/products'],
      ['PATCH', `/products/${nobody}`],
      ['POST', `/products/${nobody}/stock-adjustments`],
    ])('may not %s %s', async (method, path) => {
      expect((await call(method, path, {})).status).toBe(401);
      expect((await call(method, path, {}, tokens.customer)).status).toBe(403);
    });
  });

  describe('a search', () => {
    const word = `q${randomUUID().slice(0, 8)}`;
    const find = async (query: string): Promise<string[]> =>
      (await call('GET', `/products?query=${encodeURIComponent(query)}`)).body.items.map(({ name }) => name);
    beforeAll(async () => {
      await aProduct(1, { sku: `${word}-1`, name: 'Jumbo bag/RED' });
      await aProduct(1, { sku: `${word}-2`, name: "Crème d'été" });
      await aProduct(1, { sku: `${word}-3`, name: 'White heart' });
    });

    it.each([
      ['the beginning of a code', word, ['Jumbo bag/RED', "Crème d'été", 'White heart']],
      ['a whole code', `${word}-2`, ["Crème d'été"]],
      ['beginnings of words in any case, all of which must be there', `${word} red JUM`, ['Jumbo bag/RED']],
      ['accents', `${word} crè été`, ["Crème d'été"]],
      ['words that are not there', `${word} nothing`, []],
      ['the language of searches', `${word} & ! | ( ) : * ' \\`, ['Jumbo bag/RED', "Crème d'été", 'White heart']],
      ['no words', "'%_", []],
    ])('finds by %s', async (_, query, names) => expect(await find(query)).toEqual(names));

    it('comes in pages', async () => {
      const first = await call('GET', `/products?query=${word}&limit=2`);
      expect(first.body.items).toHaveLength(2);
      const second = await call(
        'GET',
        `/products?query=${word}&limit=2&cursor=${encodeURIComponent(first.body.nextCursor)}`,
      );
      expect(second.body).toMatchObject({ items: [{ name: 'White heart' }], nextCursor: null });
    });

    it.each(['limit=0', 'limit=101', 'limit=x', `query=${'x'.repeat(201)}`, 'query=a&query=b', 'page=2'])(
      'refuses ?%s',
      async (query) => expect((await call('GET', `/products?${query}`)).status).toBe(400),
    );
  });

  describe('an order', () => {
    it('has its goods set aside and sold, and may give them back', async () => {
      const [mug, cup] = [await aProduct(5), await aProduct(5)];
      const orderId = randomUUID();
      await tell(reserve(orderId, line(mug, 2), line(cup, 1), line(mug, 1)));
      await answersTo(orderId, 1);
      expect(await shelfOf(mug)).toEqual({ available: 2, reserved: 3, sold: 0 });
      await tell(sell(orderId), sell(orderId));
      await answersTo(orderId, 3);
      expect([await shelfOf(mug), await shelfOf(cup)]).toEqual([
        { available: 2, reserved: 0, sold: 3 },
        { available: 4, reserved: 0, sold: 1 },
      ]);
      await tell(takeBack(orderId));
      expect(await answersTo(orderId, 4)).toEqual(['stock.reserved', 'stock.sold', 'stock.sold', 'stock.taken-back']);
      expect(await shelfOf(mug)).toEqual({ available: 5, reserved: 0, sold: 0 });
    });

    it('gets all or nothing', async () => {
      const [mug, cup] = [await aProduct(5), await aProduct(0)];
      const orderId = randomUUID();
      await tell(reserve(orderId, line(mug, 2), line(cup, 1), line(randomUUID(), 1)));
      await answersTo(orderId, 1);
      const [refused] = await said(topics.stockEvents.name, orderId);
      expect(JSON.parse(refused!.payload)).toMatchObject({
        reason: 'out-of-stock',
        shortages: [{ productId: cup, quantity: 1, available: 0 }, { available: 0 }],
      });
      expect(await shelfOf(mug)).toEqual({ available: 5, reserved: 0, sold: 0 });
    });

    it('is undone although reserve and release come at once', async () => {
      const mug = await aProduct(5);
      const orders = Array.from({ length: 20 }, () => randomUUID());
      await tell(...orders.flatMap((orderId) => [reserve(orderId, line(mug, 5)), release(orderId)]));
      for (const orderId of orders) expect((await answersTo(orderId, 2)).at(-1)).toBe('stock.released');
      expect(await shelfOf(mug)).toEqual({ available: 5, reserved: 0, sold: 0 });
      expect(await rows.query('select 1 from msg_parked_lanes where key = any($1)', [orders])).toEqual([]);
    });

    it('reserves nothing after its release', async () => {
      const mug = await aProduct(5);
      const orderId = randomUUID();
      await tell(release(orderId), reserve(orderId, line(mug, 1)), release(orderId));
      expect(await answersTo(orderId, 3)).toEqual(['stock.released', 'stock.refused', 'stock.released']);
      expect(await shelfOf(mug)).toEqual({ available: 5, reserved: 0, sold: 0 });
    });

    it('is parked, alone, when it sells what was released', async () => {
      const mug = await aProduct(5);
      const [broken, sound] = [randomUUID(), randomUUID()];
      await tell(release(broken), sell(broken), reserve(sound, line(mug, 1)));
      await answersTo(sound, 1);
      const parked = () =>
        rows.query<{ detail: string }[]>('select detail from msg_parked_lanes where key = $1', [broken]);
      await eventually(async () => (await parked()).length > 0);
      expect(await parked()).toEqual([{ detail: `the goods of order ${broken} can't be sold: they are released` }]);
    });
  });

  describe('five hundred buyers of the last ten pieces of twenty products', () => {
    it('get exactly ten of each', async () => {
      const products = await Promise.all(Array.from({ length: 20 }, () => aProduct(10)));
      const orders = Array.from({ length: 500 }, () => randomUUID());
      await tell(...orders.map((orderId, index) => reserve(orderId, line(products[index % 20]!, 1))));
      const counts = () =>
        rows.query<{ count: number }[]>(
          'select status, count(*)::int as count from reservations where order_id = any($1) group by 1 order by 1',
          [orders],
        );
      await eventually(async () => (await counts()).reduce((sum, { count }) => sum + count, 0) === 500);
      expect(await counts()).toEqual([
        { status: 'refused', count: 300 },
        { status: 'reserved', count: 200 },
      ]);
      for (const productId of products)
        expect(await shelfOf(productId)).toEqual({ available: 0, reserved: 10, sold: 0 });
    });
  });

  describe('everything that was said', () => {
    it('tells every row of the service', async () => {
      await eventually(async () => (await rows.query<unknown[]>('select 1 from msg_outbox')).length === 0);
      const messages = (
        await Promise.all([topics.productEvents.name, topics.stockEvents.name].map((topic) => said(topic)))
      ).flat();
      const told = rebuildProduct(
        messages.map(({ type, payload, version }) =>
          readMessage(contracts.find(type)!.cls, JSON.parse(payload), version),
        ),
      );
      const live = async (table: string, key: string): Promise<Map<string, object>> =>
        new Map(
          (await rows.query<Record<string, string>[]>(`select * from ${table}`)).map((row) => [row[key]!, plain(row)]),
        );
      expect(await live('products', 'product_id')).toEqual(asRows(told.products));
      expect(await live('shelves', 'product_id')).toEqual(asRows(told.shelves));
      expect(await live('reservations', 'order_id')).toEqual(asRows(told.reservations));
    });
  });
});

/** Tokens of somebody and of an admin, signed with a key that the service knows. */
async function tokensOf(rows: DataSource): Promise<{ admin: string; customer: string }> {
  const { privateKey, publicKey } = await generateKeyPair('EdDSA');
  await rows.query(
    `insert into svc_signing_keys (kid, public_key, announced_at, signs_from) values ('test', $1, now(), now())`,
    [(await exportJWK(publicKey)).x],
  );
  const token = (role: string): Promise<string> =>
    new SignJWT({ role })
      .setProtectedHeader({ alg: 'EdDSA', kid: 'test' })
      .setSubject(randomUUID())
      .setIssuer(tokenIssuer)
      .setAudience(tokenAudience)
      .setIssuedAt()
      .setExpirationTime('1h')
      .sign(privateKey);
  return { admin: await token('admin'), customer: await token('customer') };
}

/** Columns in snake case, without what is null or generated; bigints as numbers. */
const plain = ({ words: _, ...row }: Record<string, unknown>): object =>
  Object.fromEntries(
    Object.entries(row)
      .filter(([, value]) => value !== null)
      .map(([name, value]) => [name, typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : value]),
  );

const snake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

const asRows = (told: ReadonlyMap<string, object>): Map<string, object> =>
  new Map(
    [...told].map(([key, row]) => [
      key,
      plain(
        Object.fromEntries(
          Object.entries(row).flatMap(([name, value]) =>
            name === 'price'
              ? [
                  ['price_amount', value.amount],
                  ['price_currency', value.currency],
                ]
              : [[snake(name), value]],
          ),
        ),
      ),
    ]),
  );
