import { beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@tradewind/testing';
import { aPerson, aProduct, checkOut, order, orderAndWait, outcome, putIn } from '../people.js';
import type { Order, Product } from '../views.js';
import { providerOf, type Scene } from '../scene.js';

const available = async ({ nobody }: Scene, { id }: Product): Promise<number> =>
  (await nobody.get<Product>(`/products/${id}`)).body.available;

export const outcomes = (scene: () => Scene): void => {
  describe('a buyer who wants more than there is', () => {
    it('is told that it is out of stock, and pays nothing', async () => {
      const { admin, ann, shop } = scene();
      const [rare, plain] = await Promise.all([aProduct(admin, { stock: 2 }), aProduct(admin, { stock: 5 })]);
      await putIn(ann, plain, 5);
      const refused = await orderAndWait(ann, rare, { quantity: 3 });
      expect(refused).toMatchObject({
        status: 'rejected',
        reason: 'out-of-stock',
        history: [{ what: 'placed' }, { what: 'rejected' }],
      });
      expect([await available(scene(), rare), await available(scene(), plain)]).toEqual([2, 5]);
      expect(providerOf(shop, refused.id)).toEqual([]);
    });
  });

  describe('ten buyers who want three pieces', () => {
    it('get exactly three', async () => {
      const { admin, nobody } = scene();
      const [last, buyers] = await Promise.all([
        aProduct(admin, { stock: 3 }),
        Promise.all(Array.from({ length: 10 }, () => aPerson(nobody.url))),
      ]);
      await Promise.all(buyers.map((buyer) => putIn(buyer, last)));
      const placed = await Promise.all(buyers.map((buyer) => checkOut(buyer)));
      const orders = await Promise.all(buyers.map((buyer, at) => outcome(buyer, placed[at]!.body.orderId)));
      expect(orders.map(({ status, reason }) => reason ?? status).toSorted()).toEqual([
        ...Array<string>(3).fill('confirmed'),
        ...Array<string>(7).fill('out-of-stock'),
      ]);
      expect(await available(scene(), last)).toBe(0);
    });
  });

  describe('a payment', () => {
    const orders = new Map<string, Order>();
    let pot: Product;
    const methods = ['sim_ok', 'sim_declined', 'sim_flaky', 'sim_lost', 'sim_slow', 'no_such_method'];
    beforeAll(async () => {
      const { admin, nobody } = scene();
      pot = await aProduct(admin, { price: 480, stock: 6 });
      await Promise.all(
        methods.map(async (paymentMethod) => {
          const buyer = await aPerson(nobody.url);
          orders.set(paymentMethod, await outcome(buyer, await order(buyer, pot, { paymentMethod })));
        }),
      );
    });

    it.each(['sim_ok', 'sim_flaky', 'sim_lost', 'sim_slow'])(
      'by %s is taken once, whatever became of the first answer',
      (method) => {
        const { id, status } = orders.get(method)!;
        expect(status).toBe('confirmed');
        expect(providerOf(scene().shop, id)).toMatchObject([{ operation: 'take', amount: 480 }]);
      },
    );

    it.each(['sim_declined', 'no_such_method'])('by %s is declined, and the order with it', (method) => {
      const { id, status, reason } = orders.get(method)!;
      expect({ status, reason }).toEqual({ status: 'rejected', reason: 'payment-declined' });
      expect(providerOf(scene().shop, id).filter(({ operation }) => operation === 'take')).toEqual([]);
    });

    it('that is declined puts the pieces back', async () => {
      await eventually(async () => (await available(scene(), pot)) === 2);
    });
  });
};
