import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { OrderConfirmed, OrderPlaced, ProductRenamed, UserForgotten } from '@tradewind/contracts';
import { bodyHash, canonicalJson, keyedHash, unsealWith } from '@tradewind/service';
import { eventually } from '@tradewind/testing';
import {
  address,
  at,
  dataKey,
  payment,
  pence,
  startCartEnvironment,
  type CartEnvironment,
} from '../test/cart-environment.fixture.spec.js';
import { productsInCarts } from '../test/products-in-carts.scenario.js';
import { returnedItems } from '../test/returned-items.scenario.js';
import { answeredCheckouts } from './http/check-out.idempotency.js';
import { cartsFromEvents } from './recovery/carts-from-events.js';

const unknownId = '01991234-5678-7000-8000-00000000000e';

describe('the cart service', () => {
  let environment: CartEnvironment;
  beforeAll(async () => void (environment = await startCartEnvironment()), 60_000);
  afterAll(() => environment.stop());

  describe('a buyer', () => {
    it('adds, changes and removes items', async () => {
      const [ann, mug, cup] = [
        await environment.aPerson(),
        await environment.aProduct(100),
        await environment.aProduct(50),
      ];
      expect(await environment.cartOf(ann)).toMatchObject({ status: 200, body: { items: [], total: pence(0) } });
      expect(await environment.put(ann, mug, 2)).toMatchObject({
        status: 200,
        body: { items: [{ productId: mug, name: 'Mug', quantity: 2, unitPrice: pence(100) }], total: pence(200) },
      });
      expect(await environment.add(ann, cup, 1)).toMatchObject({ status: 200, body: { total: pence(250) } });
      expect(await environment.add(ann, cup, 2)).toMatchObject({
        body: { items: [{ productId: mug }, { productId: cup, quantity: 3 }], total: pence(350) },
      });
      expect(await environment.put(ann, mug, 0)).toMatchObject({
        body: { items: [{ productId: cup }], total: pence(150) },
      });
      expect(await environment.call('DELETE', `/cart/items/${cup}`, { token: ann.token })).toMatchObject({
        status: 200,
        body: { items: [] },
      });
      expect(await environment.call('DELETE', `/cart/items/${cup}`, { token: ann.token })).toMatchObject({
        status: 200,
      });
      expect(
        (await environment.published(ann.id)).map(
          ({ payload }) => (JSON.parse(payload) as { quantity: number }).quantity,
        ),
      ).toEqual([2, 1, 3, 0, 0]);
      expect(await environment.cartOf(await environment.aPerson())).toMatchObject({ body: { items: [] } });
    });

    it('loses no concurrent change', async () => {
      const [ann, mug] = [await environment.aPerson(), await environment.aProduct(1)];
      const others = await Promise.all(Array.from({ length: 10 }, () => environment.aProduct(1)));
      await Promise.all([
        ...Array.from({ length: 20 }, () => environment.add(ann, mug, 1)),
        ...others.map((cup) => environment.put(ann, cup, 3)),
      ]);
      expect((await environment.cartOf(ann)).body).toMatchObject({ total: pence(50) });
      expect(await environment.query('select lines from carts where user_id = $1', [ann.id])).toEqual([{ lines: 11 }]);
    });

    it('can add a product before its event arrives', async () => {
      const [ann, mug] = [await environment.aPerson(), randomUUID()];
      const request = environment.put(ann, mug, 1);
      await environment.addProduct(mug, 100);
      expect(await request).toMatchObject({ status: 200, body: { total: pence(100) } });
    });

    it('gets Retry-After for an unknown product', async () => {
      const answer = await environment.put(await environment.aPerson(), unknownId, 1);
      expect(answer.status).toBe(404);
      expect(answer.headers.get('retry-after')).toBe('1');
    });

    it('cannot add more than an order allows', async () => {
      const [ann, mug] = [await environment.aPerson(), await environment.aProduct(1)];
      await environment.put(ann, mug, 100_000);
      expect(await environment.add(ann, mug, 1)).toMatchObject({
        status: 422,
        body: { type: '/problems/too-many-pieces' },
      });
      await environment.query('update carts set lines = 1000 where user_id = $1', [ann.id]);
      expect(await environment.put(ann, await environment.aProduct(1), 1)).toMatchObject({
        status: 422,
        body: { type: '/problems/cart-full' },
      });
    });

    it.each([
      ['quantity', 'PUT', `/cart/items/${unknownId}`, { quantity: -1 }],
      ['quantity', 'PUT', `/cart/items/${unknownId}`, { quantity: 1.5 }],
      ['quantity', 'PUT', `/cart/items/${unknownId}`, { quantity: 1e308 }],
      ['quantity', 'PUT', `/cart/items/${unknownId}`, { quantity: '1' }],
      ['unitPrice', 'PUT', `/cart/items/${unknownId}`, { quantity: 1, unitPrice: pence(1) }],
      ['productId', 'PUT', '/cart/items/1', { quantity: 1 }],
      ['quantity', 'POST', '/cart/items', { productId: unknownId, quantity: 0 }],
      ['userId', 'POST', '/cart/items', { productId: unknownId, quantity: 1, userId: unknownId }],
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
    ])('gets 400 with the field %s: %s %s %j', async (field, method, path, body) => {
      const { token } = await environment.aPerson();
      const answer = await environment.call(method, path, {
        token,
        body,
        ...(field !== 'Idempotency-Key' && { key: 'k' }),
      });
      expect(answer.status).toBe(400);
      expect(answer.body.errors.map((error) => error.field)).toContain(field);
      expect((await environment.call(method, path, { body })).status).toBe(401);
    });
  });

  describe('a changed price', () => {
    it('is shown in the cart, and is not charged until the buyer accepts it', async () => {
      const [ann, mug] = [await environment.aPerson(), await environment.aProduct(100)];
      await environment.put(ann, mug, 2);
      await environment.repriced(mug, 2, 120);
      const changed = { productId: mug, quantity: 2, unitPrice: pence(120), priceChanged: { from: pence(100) } };
      expect((await environment.cartOf(ann)).body).toMatchObject({ items: [changed], total: pence(240) });
      expect(await environment.checkOut(ann)).toMatchObject({
        status: 409,
        body: { type: '/problems/price-changed', lines: [changed], total: pence(240) },
      });
      expect(await environment.checkOut(ann, { ...payment, expectedTotal: pence(200) })).toMatchObject({ status: 409 });
      expect(await environment.checkOut(ann, { ...payment, expectedTotal: pence(240) })).toMatchObject({ status: 202 });
    });

    it('ignores older events', async () => {
      const mug = await environment.aProduct(100);
      await environment.repriced(mug, 4, 120);
      await environment.reprice(mug, 3, 110);
      await environment.send(ProductRenamed, 5, { productId: mug, name: 'Cup', renamedAt: at });
      await eventually(async () => (await environment.sequenceOf(mug)) === 5);
      expect(
        await environment.query('select name, price_amount::int as price from products where product_id = $1', [mug]),
      ).toEqual([{ name: 'Cup', price: 120 }]);
    });
  });

  describe('a checkout', () => {
    it('orders the items, empties the cart and publishes no readable address', async () => {
      const [ann, mug] = [await environment.aPerson(), await environment.aProduct(100)];
      await environment.put(ann, mug, 2);
      const key = randomUUID();
      const answer = await environment.checkOut(ann, payment, key);
      const { orderId } = answer.body;
      expect(answer).toMatchObject({ status: 202, body: { orderId } });
      expect(answer.headers.get('location')).toBe(`/orders/${orderId}`);
      const [event] = await environment.published(orderId);
      const payload = JSON.parse(event!.payload) as Record<string, string>;
      const lines = [{ productId: mug, quantity: 2, name: 'Mug', unitPrice: pence(100) }];
      expect(payload).toMatchObject({
        orderId,
        userId: ann.id,
        lines,
        total: pence(200),
        paymentMethod: 'sim_ok',
        keyHash: bodyHash(key),
        bodyHash: keyedHash(dataKey, canonicalJson(payment)),
      });
      expect(event!.payload).not.toContain('High Street');
      expect(
        JSON.parse(
          unsealWith(dataKey, { field: 'order.shipping-address', record: orderId }, payload['shippingAddress']!),
        ),
      ).toEqual(address);
      expect((await environment.cartOf(ann)).body).toMatchObject({ items: [], total: pence(0) });
      expect(await environment.checkOut(ann)).toMatchObject({ status: 422, body: { type: '/problems/cart-empty' } });
    });

    it('is done once per idempotency key', async () => {
      const [ann, mug, key] = [await environment.aPerson(), await environment.aProduct(100), randomUUID()];
      await environment.put(ann, mug, 1);
      const answers = await Promise.all(Array.from({ length: 50 }, () => environment.checkOut(ann, payment, key)));
      expect(new Set(answers.map(({ status, body }) => `${status} ${body.orderId}`)).size).toBe(1);
      expect(answers.filter(({ headers }) => headers.get('idempotent-replayed') !== 'true')).toHaveLength(1);
      expect(await environment.checkOut(ann, { ...payment, paymentMethod: 'sim_slow' }, key)).toMatchObject({
        status: 422,
      });
      expect(await environment.query('select 1 from checkouts where user_id = $1', [ann.id])).toHaveLength(1);
    });

    it('gets the status of its order, and ignores other orders', async () => {
      const [ann, mug] = [await environment.aPerson(), await environment.aProduct(100)];
      await environment.put(ann, mug, 1);
      const { orderId } = (await environment.checkOut(ann)).body;
      const shippingAddress = `sealed:1:${ann.id}:${'A'.repeat(16)}:${'A'.repeat(22)}`;
      const order = {
        userId: ann.id,
        lines: [{ productId: mug, quantity: 1, name: 'Mug', unitPrice: pence(100) }],
        total: pence(100),
        paymentMethod: 'sim_ok',
        shippingAddress,
        placedAt: at,
      };
      const directOrder = randomUUID();
      await environment.send(OrderPlaced, 1, { ...order, orderId: directOrder });
      await environment.send(OrderPlaced, 1, { ...order, orderId });
      await environment.send(OrderConfirmed, 2, { orderId, userId: ann.id, total: pence(100), confirmedAt: at });
      await eventually(
        async () =>
          (
            await environment.query(
              `select 1 from checkouts where order_id = $1 and status = 'confirmed' and sequence = 2`,
              [orderId],
            )
          ).length === 1,
      );
      expect(await environment.query('select 1 from checkouts where order_id = $1', [directOrder])).toEqual([]);
    });
  });

  returnedItems(() => environment);
  productsInCarts(() => environment);

  describe('a forgotten user', () => {
    it('has no cart and cannot get a new one', async () => {
      const [ann, mug] = [await environment.aPerson(), await environment.aProduct(100)];
      await environment.put(ann, mug, 1);
      await environment.send(UserForgotten, 2, { userId: ann.id, forgottenAt: at });
      await eventually(async () => (await environment.cartOf(ann)).body.items.length === 0);
      expect((await environment.published(ann.id)).map(({ type }) => type)).toEqual(['cart.item-set', 'cart.emptied']);
      expect(await environment.put(ann, mug, 1)).toMatchObject({ status: 410 });
      expect(await environment.query('select 1 from cart_lines where user_id = $1', [ann.id])).toEqual([]);
      expect(
        await environment.query('select wrapped_key is null as destroyed from svc_data_keys where user_id = $1', [
          ann.id,
        ]),
      ).toEqual([{ destroyed: true }]);
    });
  });

  describe('all published events', () => {
    it('recover every cart', async () => {
      await environment.query(
        'update carts c set lines = (select count(*) from cart_lines l where l.user_id = c.user_id) where lines = 1000',
      );
      const recovered = cartsFromEvents(await environment.published());
      const carts = await environment.query<{ id: string }>(
        `select user_id as id, status, coalesce(lines, 0) as lines from carts`,
      );
      expect(byId(carts)).toEqual(
        byId(
          [...recovered.carts.values()].map((cart) => ({
            id: cart.userId,
            status: cart.status,
            lines: cart.status === 'open' ? cart.lines : 0,
          })),
        ),
      );
      const lines = await environment.query<{ id: string }>(
        'select line_id as id, quantity, unit_price_amount::int as price, put_at as "putAt", returned_from as "returnedFrom" from cart_lines',
      );
      expect(byId(lines)).toEqual(
        byId(
          [...recovered.lines.values()].map(({ lineId, quantity, unitPrice, putAt, returnedFrom = null }) => ({
            id: lineId,
            quantity,
            price: unitPrice.amount,
            putAt,
            returnedFrom,
          })),
        ),
      );
      const checkouts = await environment.query<{ id: string }>(
        'select order_id as id, total_amount::int as total, key_hash as "keyHash", body_hash as "bodyHash", checked_out_at as at from checkouts',
      );
      expect(byId(checkouts)).toEqual(
        byId(
          [...recovered.checkouts.values()].map(({ orderId, total, keyHash, bodyHash, checkedOutAt }) => ({
            id: orderId,
            total: total.amount,
            keyHash,
            bodyHash,
            at: checkedOutAt,
          })),
        ),
      );
    });

    it('contain every answered request with an idempotency key', async () => {
      const events = await environment.published();
      const stored = await environment.query<object>(
        'select scope, route, key, body_hash as "bodyHash", answer, claimed_at as at from msg_idempotency',
      );
      expect(stored.length).toBeGreaterThan(1);
      expect(new Set([...answeredCheckouts(events)].map(({ claim, ...rest }) => ({ ...claim, ...rest })))).toEqual(
        new Set(stored),
      );
    });
  });
});

const byId = (all: readonly { readonly id: string }[]): Map<string, object> => new Map(all.map((one) => [one.id, one]));
