import { beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@tradewind/testing';
import {
  aKey,
  anAddress,
  aCustomer,
  aProduct,
  checkOut,
  outcomeOf,
  pounds,
  putInCart,
  type Customer,
} from '../api/customers.js';
import type { Cart, Product } from '../api/responses.js';
import type { ShopFixture } from '../api/fixture.js';

export const carts = (fixture: () => ShopFixture): void => {
  describe('a cart', () => {
    let cat: Customer;
    let cup: Product;
    let jug: Product;
    beforeAll(async () => {
      const { admin, anonymous } = fixture();
      [cat, cup, jug] = await Promise.all([
        aCustomer(anonymous.url),
        aProduct(admin, { price: 250 }),
        aProduct(admin, { price: 900 }),
      ]);
    });
    const lines = ({ items }: Cart) => items.map(({ productId, quantity }) => [productId, quantity]);

    it('accepts a product that was just added', async () => {
      const { status, body } = await cat.post<Cart>('/cart/items', { productId: cup.id, quantity: 2 });
      expect({ status, lines: lines(body), total: body.total }).toEqual({
        status: 200,
        lines: [[cup.id, 2]],
        total: pounds(500),
      });
    });

    it('adds to the quantity with POST, and sets it with PUT', async () => {
      expect(lines((await cat.post<Cart>('/cart/items', { productId: cup.id, quantity: 3 })).body)).toEqual([
        [cup.id, 5],
      ]);
      expect(lines((await cat.put<Cart>(`/cart/items/${cup.id}`, { quantity: 1 })).body)).toEqual([[cup.id, 1]]);
    });

    it('removes a line that is set to 0 or deleted, repeatedly as well', async () => {
      await putInCart(cat, jug, 4);
      expect(lines((await cat.put<Cart>(`/cart/items/${cup.id}`, { quantity: 0 })).body)).toEqual([[jug.id, 4]]);
      const taken = [await cat.delete<Cart>(`/cart/items/${jug.id}`), await cat.delete<Cart>(`/cart/items/${jug.id}`)];
      expect(taken.map(({ status, body }) => ({ status, body }))).toEqual(
        Array(2).fill({ status: 200, body: { items: [], total: pounds(0) } }),
      );
    });

    it('rejects an unknown product', async () => {
      const response = await cat.post('/cart/items', {
        productId: '01991234-5678-7000-8000-00000000000a',
        quantity: 1,
      });
      expect(response.status).toBe(404);
      expect(response.headers.get('retry-after')).toBe('1');
    });

    it('that is empty cannot be checked out', async () => {
      expect(await checkOut(cat)).toMatchObject({ status: 422, body: { type: '/problems/cart-empty' } });
    });
  });

  describe('a price that changes while the product is in a cart', () => {
    let dan: Customer;
    let kettle: Product;
    const read = async (): Promise<Cart> => (await dan.get<Cart>('/cart')).body;
    beforeAll(async () => {
      const { admin, anonymous } = fixture();
      [dan, kettle] = await Promise.all([aCustomer(anonymous.url), aProduct(admin, { price: 2_000 })]);
      await putInCart(dan, kettle, 2);
      await admin.patch(`/products/${kettle.id}`, { price: pounds(2_300) });
      await eventually(async () => (await read()).total.amount === 4_600);
    });

    it('is shown', async () => {
      expect(await read()).toMatchObject({
        items: [{ quantity: 2, unitPrice: pounds(2_300), priceChanged: { from: pounds(2_000) } }],
        total: pounds(4_600),
      });
    });

    it('is still shown when the quantity changes: that is no consent', async () => {
      await putInCart(dan, kettle, 3);
      expect(await read()).toMatchObject({
        items: [{ quantity: 3, priceChanged: { from: pounds(2_000) } }],
        total: pounds(6_900),
      });
    });

    it.each([undefined, 6_000])(
      'is not charged silently: an expected total of %s is rejected with the lines',
      async (expected) => {
        const refused = await checkOut(dan, expected === undefined ? {} : { expectedTotal: pounds(expected) });
        expect(refused).toMatchObject({
          status: 409,
          body: {
            type: '/problems/price-changed',
            lines: [{ productId: kettle.id, unitPrice: pounds(2_300) }],
            total: pounds(6_900),
          },
        });
        expect((await read()).items).toHaveLength(1);
      },
    );

    it('is charged once the buyer has agreed to the total', async () => {
      const { status, body } = await checkOut(dan, { expectedTotal: pounds(6_900) });
      expect(status).toBe(202);
      expect(await outcomeOf(dan, body.orderId)).toMatchObject({
        status: 'confirmed',
        total: pounds(6_900),
        items: [{ unitPrice: pounds(2_300), quantity: 3 }],
      });
      expect(await read()).toEqual({ items: [], total: pounds(0) });
    });
  });

  describe('a checkout that expects another total than the cart has', () => {
    it('is rejected although no price has changed', async () => {
      const { admin, ann } = fixture();
      const bowl = await aProduct(admin, { price: 700 });
      await putInCart(ann, bowl);
      const body = { paymentMethod: 'sim_ok', shippingAddress: anAddress(), expectedTotal: pounds(699) };
      expect(await ann.post('/cart/checkout', body, { 'idempotency-key': aKey() })).toMatchObject({
        status: 409,
        body: { total: pounds(700) },
      });
      await ann.delete(`/cart/items/${bowl.id}`);
    });
  });
};
