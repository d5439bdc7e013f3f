import { beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@tradewind/testing';
import type { Answer } from '../client.js';
import {
  aKey,
  anAddress,
  aPerson,
  aProduct,
  checkOut,
  orderAndWait,
  outcome,
  pounds,
  putIn,
  type Person,
} from '../people.js';
import type { Accepted, Cart, Order, Page, Product } from '../views.js';
import { providerOf, type Scene } from '../scene.js';

export const placing = (scene: () => Scene): void => {
  describe('a cart that is checked out', () => {
    let eve: Person;
    let vase: Product;
    let accepted: Answer<Accepted>;
    beforeAll(async () => {
      const { admin, nobody } = scene();
      [eve, vase] = await Promise.all([aPerson(nobody.url), aProduct(admin, { price: 1_250, stock: 9 })]);
      await putIn(eve, vase, 2);
      accepted = await checkOut(eve);
    });

    it('is accepted at once, with the place to look', () => {
      expect(accepted).toMatchObject({ status: 202, body: { orderId: expect.any(String) } });
      expect(accepted.headers.get('location')).toBe(`/orders/${accepted.body.orderId}`);
    });

    it('is confirmed, and answers as soon as it is for who prefers to wait', async () => {
      const answer = await eve.get<Order>(`/orders/${accepted.body.orderId}`, { prefer: 'wait=20' });
      expect(answer.headers.get('preference-applied')).toBe('wait=20');
      expect(answer.body).toMatchObject({
        status: 'confirmed',
        total: pounds(2_500),
        goodwill: pounds(0),
        paymentMethod: 'sim_ok',
        shippingAddress: anAddress(),
        items: [{ productId: vase.id, quantity: 2, unitPrice: pounds(1_250) }],
        history: [{ what: 'placed' }, { what: 'confirmed' }],
      });
    });

    it('has taken the pieces, the money once, and left the cart empty', async () => {
      const { nobody, shop } = scene();
      expect((await nobody.get<Product>(`/products/${vase.id}`)).body.available).toBe(7);
      expect(providerOf(shop, accepted.body.orderId)).toMatchObject([
        { operation: 'take', key: `${accepted.body.orderId}:take:1`, amount: 2_500 },
      ]);
      expect((await eve.get<Cart>('/cart')).body.items).toEqual([]);
    });

    it("stands in the list of the buyer's orders, newest first", async () => {
      const { id: next } = await orderAndWait(eve, vase);
      const { body } = await eve.get<Page<Order>>('/orders');
      expect(body.items.map(({ id }) => id)).toEqual([next, accepted.body.orderId]);
      const { body: page } = await eve.get<Page<Order>>('/orders?limit=1');
      expect(
        (await eve.get<Page<Order>>(`/orders?limit=1&cursor=${page.nextCursor}`)).body.items.map(({ id }) => id),
      ).toEqual([accepted.body.orderId]);
    });
  });

  describe('an order placed without a cart', () => {
    it('is priced by the shop, in one line a product', async () => {
      const { admin, ann } = scene();
      const tray = await aProduct(admin, { price: 333 });
      const body = {
        items: [
          { productId: tray.id, quantity: 1 },
          { productId: tray.id, quantity: 2 },
        ],
        paymentMethod: 'sim_ok',
        shippingAddress: anAddress(),
      };
      // the order service hears of a new product a moment after the admin's answer
      const placed = await eventually(async () => {
        const answer = await ann.post<Accepted>('/orders', body, { 'idempotency-key': aKey() });
        return answer.status === 202 && answer;
      });
      expect(await outcome(ann, placed.body.orderId)).toMatchObject({
        status: 'confirmed',
        total: pounds(999),
        items: [{ quantity: 3, unitPrice: pounds(333) }],
      });
    });
  });

  describe.each(['/cart/checkout', '/orders'])('the same key sent again to %s', (path) => {
    let fay: Person;
    let plate: Product;
    const key = aKey();
    const wish = (line1?: string) => ({
      ...(path === '/orders' && { items: [{ productId: plate.id, quantity: 1 }] }),
      paymentMethod: 'sim_ok',
      shippingAddress: anAddress(line1),
    });
    const send = (body: object, withKey = key) => fay.post<Accepted>(path, body, { 'idempotency-key': withKey });
    const orders = async (): Promise<number> => (await fay.get<Page<Order>>('/orders?limit=100')).body.items.length;
    let first: Answer<Accepted>;
    beforeAll(async () => {
      const { admin, nobody } = scene();
      [fay, plate] = await Promise.all([aPerson(nobody.url), aProduct(admin, { stock: 50 })]);
      await orderAndWait(fay, plate); // from here on the order service knows the product
      await putIn(fay, plate);
      first = await eventually(async () => {
        const answer = await send(wish());
        return answer.status === 202 && answer;
      });
      await outcome(fay, first.body.orderId);
    });

    it('with the same body, in whatever order its fields stand, gets the same answer', async () => {
      expect(first.headers.get('idempotent-replayed')).toBeNull();
      const { shippingAddress, ...rest } = wish();
      const again = await send({
        shippingAddress: Object.fromEntries(Object.entries(shippingAddress).reverse()),
        ...rest,
      });
      expect(again).toMatchObject({ status: 202, body: first.body });
      expect(again.headers.get('idempotent-replayed')).toBe('true');
      expect(await orders()).toBe(2);
    });

    it('with another body is refused', async () => {
      expect(await send(wish('2 Harbour Street'))).toMatchObject({
        status: 422,
        body: { type: '/problems/idempotency-key-reused' },
      });
      expect(await orders()).toBe(2);
    });

    it('by twenty at once makes one order', async () => {
      await putIn(fay, plate);
      const twins = aKey();
      const answers = await Promise.all(Array.from({ length: 20 }, () => send(wish(), twins)));
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
      expect(new Set(answers.map(({ body }) => body.orderId)).size).toBe(1);
      expect(answers.filter(({ headers }) => headers.get('idempotent-replayed') === null)).toHaveLength(1);
      await outcome(fay, answers[0]!.body.orderId);
      expect(await orders()).toBe(3);
    });

    it('by somebody else is another key', async () => {
      const { ann } = scene();
      await putIn(ann, plate);
      const answer = await ann.post<Accepted>(path, wish(), { 'idempotency-key': key });
      expect(answer.status).toBe(202);
      expect(answer.body.orderId).not.toBe(first.body.orderId);
      for (const { productId } of (await ann.get<Cart>('/cart')).body.items)
        await ann.delete(`/cart/items/${productId}`);
    });
  });
};
