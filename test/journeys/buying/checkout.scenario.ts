import { beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@tradewind/testing';
import type { ApiResponse } from '../api/client.js';
import {
  aKey,
  anAddress,
  aCustomer,
  aProduct,
  checkOut,
  placeOrderAndWait,
  outcomeOf,
  pounds,
  putInCart,
  type Customer,
} from '../api/customers.js';
import type { Accepted, Cart, Order, Page, Product } from '../api/responses.js';
import { providerOperations, type ShopFixture } from '../api/fixture.js';

export const checkout = (fixture: () => ShopFixture): void => {
  describe('a cart that is checked out', () => {
    let eve: Customer;
    let vase: Product;
    let accepted: ApiResponse<Accepted>;
    beforeAll(async () => {
      const { admin, anonymous } = fixture();
      [eve, vase] = await Promise.all([aCustomer(anonymous.url), aProduct(admin, { price: 1_250, stock: 9 })]);
      await putInCart(eve, vase, 2);
      accepted = await checkOut(eve);
    });

    it('is accepted at once, with the location of the order', () => {
      expect(accepted).toMatchObject({ status: 202, body: { orderId: expect.any(String) } });
      expect(accepted.headers.get('location')).toBe(`/orders/${accepted.body.orderId}`);
    });

    it('is confirmed, and the response to "Prefer: wait" comes as soon as it is', async () => {
      const response = await eve.get<Order>(`/orders/${accepted.body.orderId}`, { prefer: 'wait=20' });
      expect(response.headers.get('preference-applied')).toBe('wait=20');
      expect(response.body).toMatchObject({
        status: 'confirmed',
        total: pounds(2_500),
        goodwill: pounds(0),
        paymentMethod: 'sim_ok',
        shippingAddress: anAddress(),
        items: [{ productId: vase.id, quantity: 2, unitPrice: pounds(1_250) }],
        history: [{ what: 'placed' }, { what: 'confirmed' }],
      });
    });

    it('has reduced the stock, taken the payment once and emptied the cart', async () => {
      const { anonymous, shop } = fixture();
      expect((await anonymous.get<Product>(`/products/${vase.id}`)).body.available).toBe(7);
      expect(providerOperations(shop, accepted.body.orderId)).toMatchObject([
        { operation: 'take', key: `${accepted.body.orderId}:take:1`, amount: 2_500 },
      ]);
      expect((await eve.get<Cart>('/cart')).body.items).toEqual([]);
    });

    it("is in the list of the buyer's orders, newest first", async () => {
      const { id: next } = await placeOrderAndWait(eve, vase);
      const { body } = await eve.get<Page<Order>>('/orders');
      expect(body.items.map(({ id }) => id)).toEqual([next, accepted.body.orderId]);
      const { body: page } = await eve.get<Page<Order>>('/orders?limit=1');
      expect(
        (await eve.get<Page<Order>>(`/orders?limit=1&cursor=${page.nextCursor}`)).body.items.map(({ id }) => id),
      ).toEqual([accepted.body.orderId]);
    });
  });

  describe('an order placed without a cart', () => {
    it('is priced by the shop, with one line per product', async () => {
      const { admin, ann } = fixture();
      const tray = await aProduct(admin, { price: 333 });
      const body = {
        items: [
          { productId: tray.id, quantity: 1 },
          { productId: tray.id, quantity: 2 },
        ],
        paymentMethod: 'sim_ok',
        shippingAddress: anAddress(),
      };
      // the order service consumes the new product a moment after the response to the admin
      const placed = await eventually(async () => {
        const response = await ann.post<Accepted>('/orders', body, { 'idempotency-key': aKey() });
        return response.status === 202 && response;
      });
      expect(await outcomeOf(ann, placed.body.orderId)).toMatchObject({
        status: 'confirmed',
        total: pounds(999),
        items: [{ quantity: 3, unitPrice: pounds(333) }],
      });
    });
  });

  describe.each(['/cart/checkout', '/orders'])('the same key sent again to %s', (path) => {
    let fay: Customer;
    let plate: Product;
    const key = aKey();
    const orderBody = (line1?: string) => ({
      ...(path === '/orders' && { items: [{ productId: plate.id, quantity: 1 }] }),
      paymentMethod: 'sim_ok',
      shippingAddress: anAddress(line1),
    });
    const send = (body: object, withKey = key) => fay.post<Accepted>(path, body, { 'idempotency-key': withKey });
    const orders = async (): Promise<number> => (await fay.get<Page<Order>>('/orders?limit=100')).body.items.length;
    let first: ApiResponse<Accepted>;
    beforeAll(async () => {
      const { admin, anonymous } = fixture();
      [fay, plate] = await Promise.all([aCustomer(anonymous.url), aProduct(admin, { stock: 50 })]);
      await placeOrderAndWait(fay, plate); // from here on the order service knows the product
      await putInCart(fay, plate);
      first = await eventually(async () => {
        const response = await send(orderBody());
        return response.status === 202 && response;
      });
      await outcomeOf(fay, first.body.orderId);
    });

    it('with the same body, in any order of its fields, gets the same response', async () => {
      expect(first.headers.get('idempotent-replayed')).toBeNull();
      const { shippingAddress, ...rest } = orderBody();
      const again = await send({
        shippingAddress: Object.fromEntries(Object.entries(shippingAddress).reverse()),
        ...rest,
      });
      expect(again).toMatchObject({ status: 202, body: first.body });
      expect(again.headers.get('idempotent-replayed')).toBe('true');
      expect(await orders()).toBe(2);
    });

    it('with another body is rejected', async () => {
      expect(await send(orderBody('2 Harbour Street'))).toMatchObject({
        status: 422,
        body: { type: '/problems/idempotency-key-reused' },
      });
      expect(await orders()).toBe(2);
    });

    it('in twenty concurrent requests makes one order', async () => {
      await putInCart(fay, plate);
      const sameKey = aKey();
      const responses = await Promise.all(Array.from({ length: 20 }, () => send(orderBody(), sameKey)));
      expect(new Set(responses.map(({ status }) => status))).toEqual(new Set([202]));
      expect(new Set(responses.map(({ body }) => body.orderId)).size).toBe(1);
      expect(responses.filter(({ headers }) => headers.get('idempotent-replayed') === null)).toHaveLength(1);
      await outcomeOf(fay, responses[0]!.body.orderId);
      expect(await orders()).toBe(3);
    });

    it('of another user is another key', async () => {
      const { ann } = fixture();
      await putInCart(ann, plate);
      const response = await ann.post<Accepted>(path, orderBody(), { 'idempotency-key': key });
      expect(response.status).toBe(202);
      expect(response.body.orderId).not.toBe(first.body.orderId);
      for (const { productId } of (await ann.get<Cart>('/cart')).body.items)
        await ann.delete(`/cart/items/${productId}`);
    });
  });
};
