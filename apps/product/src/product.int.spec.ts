import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { topics } from '@tradewind/contracts';
import { eventually } from '@tradewind/testing';
import { decodeJwt } from 'jose';
import { actionsOn } from '../../../test/actions.js';
import { catalogue } from '../test/catalogue.scenario.js';
import { stockHistory } from '../test/stock-history.scenario.js';
import {
  line,
  pence,
  release,
  reserve,
  sell,
  startProductEnvironment,
  takeBack,
  type ProductEnvironment,
} from '../test/product-environment.fixture.spec.js';
import { answeredAdjustments } from './http/adjust-stock.idempotency.js';
import { productsFromEvents } from './recovery/products-from-events.js';
import { Products, Reservations, StockChanges, StockLevels } from './storage/product.tables.js';

const unknownId = '01991234-5678-7000-8000-00000000000e';

describe('the product service', () => {
  let environment: ProductEnvironment;
  beforeAll(async () => void (environment = await startProductEnvironment()), 60_000);
  afterAll(() => environment.stop());

  describe('an admin', () => {
    it('adds a product that all users can see', async () => {
      const sku = `A ${randomUUID()}`;
      const added = await environment.asAdmin('POST', '/products', {
        sku,
        name: 'White mug',
        price: pence(250),
        stock: 7,
      });
      expect(added).toMatchObject({ status: 201, body: { sku, name: 'White mug', price: pence(250), available: 7 } });
      expect(added.headers.get('location')).toBe(`/products/${added.body.id}`);
      expect(await environment.call('GET', `/products/${added.body.id}`)).toMatchObject({
        status: 200,
        body: added.body,
      });
    });

    it('gets 409 for a used code, and only one of two concurrent requests adds it', async () => {
      const body = { sku: randomUUID(), name: 'Mug', price: pence(1), stock: 0 };
      const both = await Promise.all([
        environment.asAdmin('POST', '/products', body),
        environment.asAdmin('POST', '/products', body),
      ]);
      expect(both.map(({ status }) => status).sort()).toEqual([201, 409]);
      expect(await environment.asAdmin('POST', '/products', body)).toMatchObject({
        status: 409,
        body: { type: '/problems/sku-taken' },
      });
    });

    it('renames and reprices, and only changes are published', async () => {
      const id = await environment.aProduct(1);
      expect(await environment.asAdmin('PATCH', `/products/${id}`, { name: 'Cup', price: pence(250) })).toMatchObject({
        status: 200,
        body: { name: 'Cup', price: pence(250) },
      });
      await environment.asAdmin('PATCH', `/products/${id}`, { name: 'Cup' });
      expect(await environment.asAdmin('PATCH', `/products/${id}`, { price: pence(300) })).toMatchObject({
        body: { name: 'Cup', price: pence(300) },
      });
      expect((await environment.published(topics.productEvents.name, id)).map(({ type }) => type)).toEqual([
        'product.added',
        'product.renamed',
        'product.repriced',
      ]);
    });

    it('records who changed a product, from where, why, and what it was', async () => {
      const id = await environment.aProduct(5);
      const { otherAdmin } = environment.tokens;
      const change = (body: object, reason: string) =>
        environment.withReason(reason, 'PATCH', `/products/${id}`, body, otherAdmin);
      expect(await change({ price: pence(300) }, 'Ann Lee asked me')).toMatchObject({ status: 400 });
      expect(await change({ price: pence(300) }, 'CAT-12')).toMatchObject({ status: 200 });
      expect(await change({ price: pence(300) }, 'CAT-12')).toMatchObject({ status: 200 });
      await environment.asAdmin('POST', `/products/${id}/stock-adjustments`, { delta: -2, reason: 'broken' });
      const [added, repriced, adjusted, ...more] = await actionsOn(environment.query, id);
      expect(added).toMatchObject({ action: 'product.add', reason: 'none', detail: { after: { stock: 5 } } });
      expect(repriced).toEqual({
        action: 'product.change',
        actor: decodeJwt(otherAdmin).sub,
        address: '127.0.0.1',
        reason: 'CAT-12',
        detail: { before: { price: pence(250) }, after: { price: pence(300) } },
      });
      expect(adjusted).toMatchObject({
        action: 'stock.adjust',
        reason: 'broken',
        detail: { before: { available: 5 }, after: { available: 3 } },
      });
      expect(more).toEqual([]);
    });

    it('adds and removes pieces, never below zero', async () => {
      const id = await environment.aProduct(5);
      const adjust = (delta: number) =>
        environment.asAdmin('POST', `/products/${id}/stock-adjustments`, { delta, reason: 'counted' });
      expect(await adjust(-5)).toMatchObject({ status: 201, body: { id, available: 0 } });
      expect(await adjust(-1)).toMatchObject({ status: 409, body: { type: '/problems/not-enough-available' } });
      expect(await adjust(3)).toMatchObject({ status: 201, body: { available: 3 } });
      expect(await adjust(1_000_000_000)).toMatchObject({ status: 409, body: { type: '/problems/too-much-stock' } });
    });

    it('adjusts the stock once when two administrators send the same key for a product', async () => {
      const [id, other] = [await environment.aProduct(5), await environment.aProduct(5)];
      const { admin, otherAdmin } = environment.tokens;
      const body = { delta: -2, reason: 'broken' };
      const answers = await Promise.all(
        [admin, otherAdmin, admin].map((token) => environment.adjust(id, body, 'delivery-9', token)),
      );
      expect(answers.map(({ status }) => status)).toEqual([201, 201, 201]);
      expect(answers.filter(({ headers }) => headers.get('idempotent-replayed') === 'true')).toHaveLength(2);
      expect(await environment.adjust(id, { ...body, delta: -1 }, 'delivery-9', otherAdmin)).toMatchObject({
        status: 422,
      });
      expect(await environment.adjust(other, body, 'delivery-9', otherAdmin)).toMatchObject({ status: 201 });
      expect(await environment.adjust(id, body, 'not sound')).toMatchObject({ status: 400 });
      expect([await environment.stockLevelOf(id), await environment.stockLevelOf(other)]).toMatchObject([
        { available: 3 },
        { available: 3 },
      ]);
      const events = await environment.published(topics.productEvents.name);
      const stored = await environment.query<object>(
        'select scope, route, key, body_hash as "bodyHash", answer, claimed_at as at from msg_idempotency',
      );
      expect(new Set([...answeredAdjustments(events)].map(({ claim, ...rest }) => ({ ...claim, ...rest })))).toEqual(
        new Set(stored),
      );
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
      ['name', 'PATCH', `/products/${unknownId}`, { name: null }],
      ['delta', 'POST', `/products/${unknownId}/stock-adjustments`, { delta: 0, reason: 'other' }],
      ['delta', 'POST', `/products/${unknownId}/stock-adjustments`, { delta: '1', reason: 'other' }],
      ['reason', 'POST', `/products/${unknownId}/stock-adjustments`, { delta: 1 }],
      ['id', 'PATCH', '/products/1', {}],
    ])('gets 400 with the field %s: %s %s %j', async (field, method, path, body) => {
      const answer = await environment.asAdmin(method, path, body);
      expect(answer.status).toBe(400);
      expect(answer.body.errors.map((error) => error.field)).toContain(field);
    });

    it('gets 404 for an unknown product', async () => {
      const id = randomUUID();
      const answers = await Promise.all([
        environment.call('GET', `/products/${id}`),
        environment.asAdmin('PATCH', `/products/${id}`, { name: 'x' }),
        environment.asAdmin('POST', `/products/${id}/stock-adjustments`, { delta: 1, reason: 'other' }),
      ]);
      expect(answers.map(({ status }) => status)).toEqual([404, 404, 404]);
    });
  });

  describe('a user who is not an admin', () => {
    it.each([
      ['POST', '/products'],
      ['PATCH', `/products/${unknownId}`],
      ['POST', `/products/${unknownId}/stock-adjustments`],
    ])('cannot %s %s', async (method, path) => {
      expect((await environment.call(method, path, {})).status).toBe(401);
      expect((await environment.call(method, path, {}, environment.tokens.customer)).status).toBe(403);
    });
  });

  describe('a search', () => {
    const word = `q${randomUUID().slice(0, 8)}`;
    const find = async (query: string): Promise<string[]> =>
      (await environment.call('GET', `/products?query=${encodeURIComponent(query)}`)).body.items.map(
        ({ name }) => name,
      );
    beforeAll(async () => {
      await environment.aProduct(1, { sku: `${word}-1`, name: 'Jumbo bag/RED' });
      await environment.aProduct(1, { sku: `${word}-2`, name: "Crème d'été" });
      await environment.aProduct(1, { sku: `${word}-3`, name: 'White heart' });
    });

    it.each(['½ inch', 'carpet 5m²', 'H₂O', 'किताब', 'กระเป๋า', 'كِتَاب', 'סֵפֶר', 'Café crème'.normalize('NFD')])(
      'finds %s by its own name, in any Unicode form',
      async (name) => {
        const sku = `q${randomUUID().slice(0, 12)}`;
        await environment.aProduct(1, { sku, name });
        for (const form of ['NFC', 'NFD'] as const)
          expect(await find(`${sku} ${name.normalize(form)}`)).toEqual([name]);
      },
    );

    it.each([
      ['the prefix of a code', word, ['Jumbo bag/RED', "Crème d'été", 'White heart']],
      ['a whole code', `${word}-2`, ["Crème d'été"]],
      ['prefixes of words in any case, all required', `${word} red JUM`, ['Jumbo bag/RED']],
      ['accents, which can be left out', `${word} crè ete`, ["Crème d'été"]],
      ['unknown words', `${word} nothing`, []],
      ['search operators', `${word} & ! | ( ) : * ' \\`, ['Jumbo bag/RED', "Crème d'été", 'White heart']],
      ['no words', "'%_", []],
    ])('finds by %s', async (_, query, names) => expect(await find(query)).toEqual(names));

    it('is paged', async () => {
      const first = await environment.call('GET', `/products?query=${word}&limit=2`);
      expect(first.body.items).toHaveLength(2);
      const second = await environment.call(
        'GET',
        `/products?query=${word}&limit=2&cursor=${encodeURIComponent(first.body.nextCursor!)}`,
      );
      expect(second.body).toMatchObject({ items: [{ name: 'White heart' }], nextCursor: null });
    });

    it.each(['limit=0', 'limit=101', 'limit=x', `query=${'x'.repeat(201)}`, 'query=a&query=b', 'page=2'])(
      'rejects ?%s',
      async (query) => expect((await environment.call('GET', `/products?${query}`)).status).toBe(400),
    );
  });

  describe('an order', () => {
    it('reserves, sells and takes back stock', async () => {
      const [mug, cup] = [await environment.aProduct(5), await environment.aProduct(5)];
      const orderId = randomUUID();
      await environment.send(reserve(orderId, line(mug, 2), line(cup, 1), line(mug, 1)));
      await environment.repliesTo(orderId, 1);
      expect(await environment.stockLevelOf(mug)).toEqual({ available: 2, reserved: 3, sold: 0 });
      await environment.send(sell(orderId), sell(orderId));
      await environment.repliesTo(orderId, 3);
      expect([await environment.stockLevelOf(mug), await environment.stockLevelOf(cup)]).toEqual([
        { available: 2, reserved: 0, sold: 3 },
        { available: 4, reserved: 0, sold: 1 },
      ]);
      await environment.send(takeBack(orderId));
      expect(await environment.repliesTo(orderId, 4)).toEqual([
        'stock.reserved',
        'stock.sold',
        'stock.sold',
        'stock.taken-back',
      ]);
      expect(await environment.stockLevelOf(mug)).toEqual({ available: 5, reserved: 0, sold: 0 });
    });

    it('reserves all lines or none', async () => {
      const [mug, cup] = [await environment.aProduct(5), await environment.aProduct(0)];
      const orderId = randomUUID();
      await environment.send(reserve(orderId, line(mug, 2), line(cup, 1), line(randomUUID(), 1)));
      await environment.repliesTo(orderId, 1);
      const [refused] = await environment.published(topics.stockEvents.name, orderId);
      expect(JSON.parse(refused!.payload)).toMatchObject({
        reason: 'out-of-stock',
        shortages: [{ productId: cup, quantity: 1, available: 0 }, { available: 0 }],
      });
      expect(await environment.stockLevelOf(mug)).toEqual({ available: 5, reserved: 0, sold: 0 });
    });

    it('is compensated when reserve and release arrive together', async () => {
      const mug = await environment.aProduct(5);
      const orders = Array.from({ length: 20 }, () => randomUUID());
      await environment.send(...orders.flatMap((orderId) => [reserve(orderId, line(mug, 5)), release(orderId)]));
      for (const orderId of orders) expect((await environment.repliesTo(orderId, 2)).at(-1)).toBe('stock.released');
      expect(await environment.stockLevelOf(mug)).toEqual({ available: 5, reserved: 0, sold: 0 });
      expect(await environment.query('select 1 from msg_blocked_keys where key = any($1)', [orders])).toEqual([]);
    });

    it('reserves nothing after its release', async () => {
      const mug = await environment.aProduct(5);
      const orderId = randomUUID();
      await environment.send(release(orderId), reserve(orderId, line(mug, 1)), release(orderId));
      expect(await environment.repliesTo(orderId, 3)).toEqual(['stock.released', 'stock.refused', 'stock.released']);
      expect(await environment.stockLevelOf(mug)).toEqual({ available: 5, reserved: 0, sold: 0 });
    });

    it('becomes a dead letter alone when it sells released stock', async () => {
      const mug = await environment.aProduct(5);
      const [broken, sound] = [randomUUID(), randomUUID()];
      await environment.send(release(broken), sell(broken), reserve(sound, line(mug, 1)));
      await environment.repliesTo(sound, 1);
      const deadLetters = () =>
        environment.query<{ detail: string }>('select detail from msg_blocked_keys where key = $1', [broken]);
      await eventually(async () => (await deadLetters()).length > 0);
      expect(await deadLetters()).toEqual([{ detail: `the stock of order ${broken} can't be sold: it is released` }]);
    });
  });

  describe('five hundred buyers of the last ten pieces of twenty products', () => {
    it('get exactly ten of each', async () => {
      const products = await Promise.all(Array.from({ length: 20 }, () => environment.aProduct(10)));
      const orders = Array.from({ length: 500 }, () => randomUUID());
      await environment.send(...orders.map((orderId, index) => reserve(orderId, line(products[index % 20]!, 1))));
      const counts = () =>
        environment.query<{ count: number }>(
          'select status, count(*)::int as count from reservations where order_id = any($1) group by 1 order by 1',
          [orders],
        );
      await eventually(async () => (await counts()).reduce((sum, { count }) => sum + count, 0) === 500);
      expect(await counts()).toEqual([
        { status: 'refused', count: 300 },
        { status: 'reserved', count: 200 },
      ]);
      for (const productId of products)
        expect(await environment.stockLevelOf(productId)).toEqual({ available: 0, reserved: 10, sold: 0 });
    });
  });

  catalogue(() => environment);
  stockHistory(() => environment);

  describe('all published events', () => {
    it('recover every row of the service', async () => {
      await eventually(async () => (await environment.query('select 1 from msg_outbox')).length === 0);
      const events = [
        ...(await environment.published(topics.productEvents.name)),
        ...(await environment.published(topics.stockEvents.name)),
      ];
      const recovered = productsFromEvents(events.map(({ message }) => message));
      await environment.expectRecovered(
        { table: Products, rows: recovered.products },
        { table: StockLevels, rows: recovered.stockLevels },
        { table: StockChanges, rows: recovered.stockChanges },
        { table: Reservations, rows: recovered.reservations },
      );
    });
  });
});
