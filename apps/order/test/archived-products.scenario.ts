import { describe, expect, it } from '@jest/globals';
import { ProductArchived, ProductRestored, type ProductId } from '@tradewind/contracts';
import type { OrderClient } from './order-client.fixture.spec.js';
import { anUuid, type OrderEnvironment } from './order-environment.fixture.spec.js';

const at = (): string => new Date().toISOString();

/** Orders of products that are not for sale any more. */
export const archivedProducts = (environment: () => OrderEnvironment, client: () => OrderClient): void => {
  const copyIs = (productId: ProductId, archived: boolean) =>
    client().untilFound('select 1 from prices where product_id = $1 and archived = $2', [productId, archived]);
  const archive = async (productId: ProductId): Promise<void> => {
    await environment().participants.publish(ProductArchived, { productId, archivedAt: at() });
    await copyIs(productId, true);
  };

  describe('a product that is archived', () => {
    it('cannot be ordered, and the answer names its item', async () => {
      const order = await client().anOrder();
      const { productId } = order.items[0]!;
      const sound = { productId: await client().aKnownProduct(5), quantity: 1 };
      await archive(productId);
      const { body } = await client()
        .place({ ...order, items: [sound, ...order.items] })
        .expect(409);
      expect(body).toMatchObject({
        type: '/problems/product-archived',
        errors: [{ field: 'items.1.productId' }],
      });
      await environment().participants.publish(ProductRestored, { productId, restoredAt: at() });
      await copyIs(productId, false);
      await client().place(order).expect(202);
    });

    it('leaves the orders that were accepted before, and repeats their answers', async () => {
      const [order, key] = [await client().anOrder(), anUuid()];
      const { body: accepted } = await client().place(order, key).expect(202);
      await archive(order.items[0]!.productId);
      const { body: repeated } = await client().place(order, key).expect(202);
      expect(repeated).toEqual(accepted);
      expect(await client().outcome(accepted.orderId)).toMatchObject({ status: 'confirmed' });
      await client().place(order, anUuid()).expect(409);
    });

    it('is ordered by a request that is decided before the event arrives: accepted and fulfilled, or rejected', async () => {
      const order = await client().anOrder();
      const { productId } = order.items[0]!;
      const [, ...answers] = await Promise.all([
        archive(productId),
        ...Array.from({ length: 20 }, () => client().place(order)),
      ]);
      for (const { status, body } of answers) {
        expect([202, 409]).toContain(status);
        if (status === 202) expect(await client().outcome(body.orderId)).toMatchObject({ status: 'confirmed' });
      }
      await client().place(order).expect(409);
    });
  });
};
