import { beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@tradewind/testing';
import {
  aCustomer,
  aProduct,
  checkOut,
  placeOrder,
  placeOrderAndWait,
  outcomeOf,
  pounds,
  putInCart,
  type Customer,
} from '../api/customers.js';
import type { Cart, Order, Product } from '../api/responses.js';
import { providerOperations, type ShopFixture } from '../api/fixture.js';

const available = async ({ anonymous }: ShopFixture, { id }: Product): Promise<number> =>
  (await anonymous.get<Product>(`/products/${id}`)).body.available;

export const outcomes = (fixture: () => ShopFixture): void => {
  describe('an order for more than the stock', () => {
    let bea: Customer;
    let rare: Product;
    let plain: Product;
    let refused: Order;
    beforeAll(async () => {
      const { admin, anonymous } = fixture();
      bea = await aCustomer(anonymous.url);
      [rare, plain] = await Promise.all([
        aProduct(admin, { stock: 2, price: 300 }),
        aProduct(admin, { stock: 5, price: 100 }),
      ]);
      await putInCart(bea, plain, 5);
      refused = await placeOrderAndWait(bea, rare, { quantity: 3 });
    });
    const cart = async (): Promise<Cart> => (await bea.get<Cart>('/cart')).body;

    it('is rejected as out of stock with the lines that are short, and nothing is paid', async () => {
      const shortages = [{ productId: rare.id, name: 'Lantern', wanted: 3, available: 2 }];
      expect(refused).toMatchObject({
        status: 'rejected',
        reason: 'out-of-stock',
        shortages,
        history: [{ what: 'placed' }, { what: 'rejected', shortages }],
      });
      expect([await available(fixture(), rare), await available(fixture(), plain)]).toEqual([2, 5]);
      expect(providerOperations(fixture().shop, refused.id)).toEqual([]);
    });

    it('gives the cart back, which is checked out again once the buyer accepts its total', async () => {
      await eventually(async () => (await cart()).items.length === 2);
      expect((await bea.put(`/cart/items/${rare.id}`, { quantity: 2 })).status).toBe(200);
      expect(await checkOut(bea)).toMatchObject({
        status: 409,
        body: { type: '/problems/items-returned', total: pounds(1_100) },
      });
      const { body } = await checkOut(bea, { expectedTotal: pounds(1_100) });
      expect(await outcomeOf(bea, body.orderId)).toMatchObject({ status: 'confirmed', total: pounds(1_100) });
      expect((await cart()).items).toEqual([]);
    });
  });

  describe('ten buyers of the last three pieces', () => {
    it('get exactly three', async () => {
      const { admin, anonymous } = fixture();
      const [last, buyers] = await Promise.all([
        aProduct(admin, { stock: 3 }),
        Promise.all(Array.from({ length: 10 }, () => aCustomer(anonymous.url))),
      ]);
      await Promise.all(buyers.map((buyer) => putInCart(buyer, last)));
      const placed = await Promise.all(buyers.map((buyer) => checkOut(buyer)));
      const orders = await Promise.all(buyers.map((buyer, at) => outcomeOf(buyer, placed[at]!.body.orderId)));
      expect(orders.map(({ status, reason }) => reason ?? status).toSorted()).toEqual([
        ...Array<string>(3).fill('confirmed'),
        ...Array<string>(7).fill('out-of-stock'),
      ]);
      expect(await available(fixture(), last)).toBe(0);
    });
  });

  describe('a payment', () => {
    const orders = new Map<string, Order>();
    let pot: Product;
    const methods = ['sim_ok', 'sim_declined', 'sim_flaky', 'sim_lost', 'sim_slow', 'no_such_method'];
    beforeAll(async () => {
      const { admin, anonymous } = fixture();
      pot = await aProduct(admin, { price: 480, stock: 6 });
      await Promise.all(
        methods.map(async (paymentMethod) => {
          const buyer = await aCustomer(anonymous.url);
          orders.set(paymentMethod, await outcomeOf(buyer, await placeOrder(buyer, pot, { paymentMethod })));
        }),
      );
    });

    it.each(['sim_ok', 'sim_flaky', 'sim_lost', 'sim_slow'])(
      'by %s is taken once, even if the first response was lost',
      (method) => {
        const { id, status } = orders.get(method)!;
        expect(status).toBe('confirmed');
        expect(providerOperations(fixture().shop, id)).toMatchObject([{ operation: 'take', amount: 480 }]);
      },
    );

    it.each(['sim_declined', 'no_such_method'])('by %s is declined, and the order rejected', (method) => {
      const { id, status, reason } = orders.get(method)!;
      expect({ status, reason }).toEqual({ status: 'rejected', reason: 'payment-declined' });
      expect(providerOperations(fixture().shop, id).filter(({ operation }) => operation === 'take')).toEqual([]);
    });

    it('that is declined releases the stock', async () => {
      await eventually(async () => (await available(fixture(), pot)) === 2);
    });
  });
};
