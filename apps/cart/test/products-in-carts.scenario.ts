import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { ProductArchived, ProductAvailabilityChanged, ProductRenamed, ProductRestored } from '@tradewind/contracts';
import { eventually } from '@tradewind/testing';
import { at, payment, pence, type CartEnvironment } from './cart-environment.fixture.spec.js';

/** What a cart shows and allows when its products change. */
export const productsInCarts = (environment: () => CartEnvironment): void => {
  /** Publishes an event of the product and waits until the cart's copy has it. */
  const send = async (...[message, sequence, fields]: Parameters<CartEnvironment['send']>): Promise<void> => {
    const { productId } = fields as { productId: string };
    await environment().send(message, sequence, fields);
    await eventually(async () => (await environment().sequenceOf(productId)) === sequence);
  };
  const archive = (productId: string, sequence = 2) => send(ProductArchived, sequence, { productId, archivedAt: at });
  const restore = (productId: string, sequence = 3) => send(ProductRestored, sequence, { productId, restoredAt: at });

  describe('a product that is archived', () => {
    it('cannot be put into a cart, nor get another quantity there, but can be removed', async () => {
      const { aPerson, aProduct, put, add, cartOf } = environment();
      const [ann, bob, mug] = [await aPerson(), await aPerson(), await aProduct(100)];
      await put(ann, mug, 2);
      await archive(mug);
      for (const refused of [
        await put(ann, mug, 3),
        await add(ann, mug, 1),
        await put(bob, mug, 1),
        await add(bob, mug, 1),
      ])
        expect(refused).toMatchObject({ status: 409, body: { type: '/problems/product-archived' } });
      expect((await cartOf(ann)).body.items).toMatchObject([{ quantity: 2, archived: true }]);
      expect(await put(ann, mug, 0)).toMatchObject({ status: 200, body: { items: [], total: pence(0) } });
      await restore(mug);
      expect(await put(bob, mug, 1)).toMatchObject({ status: 200, body: { total: pence(100) } });
    });

    it('is shown in a cart and not in its total, and the checkout names it until it is removed', async () => {
      const { aPerson, aProduct, put, cartOf, checkOut } = environment();
      const [ann, mug, cup] = [await aPerson(), await aProduct(100), await aProduct(50)];
      await put(ann, mug, 2);
      await put(ann, cup, 1);
      await archive(mug);
      expect((await cartOf(ann)).body).toMatchObject({
        items: [{ productId: mug, archived: true }, { productId: cup }],
        total: pence(50),
      });
      for (const body of [
        payment,
        { ...payment, expectedTotal: pence(50) },
        { ...payment, expectedTotal: pence(250) },
      ]) {
        const refused = await checkOut(ann, body);
        expect(refused).toMatchObject({
          status: 409,
          body: { type: '/problems/product-archived', lines: [{ productId: mug, quantity: 2 }] },
        });
        expect(refused.body).toHaveProperty('lines.length', 1);
      }
      await put(ann, mug, 0);
      expect(await checkOut(ann, { ...payment, expectedTotal: pence(50) })).toMatchObject({ status: 202 });
    });

    it('can be checked out again when it is restored', async () => {
      const { aPerson, aProduct, put, checkOut } = environment();
      const [ann, mug] = [await aPerson(), await aProduct(100)];
      await put(ann, mug, 1);
      await archive(mug);
      await send(ProductRenamed, 3, { productId: mug, name: 'Old mug', renamedAt: at });
      expect(await checkOut(ann)).toMatchObject({ status: 409 });
      await restore(mug, 4);
      expect(await checkOut(ann)).toMatchObject({ status: 202 });
    });

    it('repeats the answer to a checkout that was accepted before', async () => {
      const { aPerson, aProduct, put, checkOut } = environment();
      const [ann, mug, key] = [await aPerson(), await aProduct(100), randomUUID()];
      await put(ann, mug, 1);
      const accepted = await checkOut(ann, payment, key);
      await archive(mug);
      expect(await checkOut(ann, payment, key)).toMatchObject({ status: 202, body: accepted.body });
    });
  });

  describe('the stock of a product', () => {
    it('is shown for the wanted quantity, and a checkout leaves the decision to the order', async () => {
      const { aPerson, aProduct, put, add, cartOf, checkOut } = environment();
      // Its opening stock is one piece.
      const [ann, mug] = [await aPerson(), await aProduct(100)];
      const changed = (sequence: number, atLeast: number) =>
        send(ProductAvailabilityChanged, sequence, { productId: mug, atLeast, changedAt: at });
      const shown = async (): Promise<unknown> => (await cartOf(ann)).body.items[0];
      expect(await put(ann, mug, 1)).toMatchObject({ body: { items: [{ availability: 'in-stock' }] } });
      expect(await add(ann, mug, 1)).toMatchObject({ body: { items: [{ availability: 'low' }] } });
      await changed(2, 10);
      expect(await shown()).toMatchObject({ quantity: 2, availability: 'in-stock' });
      await changed(3, 0);
      expect(await shown()).toMatchObject({ quantity: 2, availability: 'out-of-stock' });
      expect(await checkOut(ann)).toMatchObject({ status: 202 });
    });
  });
};
