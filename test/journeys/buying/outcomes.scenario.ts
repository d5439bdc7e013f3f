import { beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@tradewind/testing';
import {
  aCustomer,
  aProduct,
  checkOut,
  placeOrder,
  placeOrderAndWait,
  outcomeOf,
  putInCart,
} from '../api/customers.js';
import type { Order, Product } from '../api/responses.js';
import { providerOperations, type ShopFixture } from '../api/fixture.js';

const available = async ({ anonymous }: ShopFixture, { id }: Product): Promise<number> =>
  (await anonymous.get<Product>(`/products/${id}`)).body.available;

export const outcomes = (fixture: () => ShopFixture): void => {
  describe('an order for more than the stock', () => {
    it('is rejected as out of stock, and nothing is paid', async () => {
      const { admin, ann, shop } = fixture();
      const [rare, plain] = await Promise.all([aProduct(admin, { stock: 2 }), aProduct(admin, { stock: 5 })]);
      await putInCart(ann, plain, 5);
      const refused = await placeOrderAndWait(ann, rare, { quantity: 3 });
      expect(refused).toMatchObject({
        status: 'rejected',
        reason: 'out-of-stock',
        history: [{ what: 'placed' }, { what: 'rejected' }],
      });
      expect([await available(fixture(), rare), await available(fixture(), plain)]).toEqual([2, 5]);
      expect(providerOperations(shop, refused.id)).toEqual([]);
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
