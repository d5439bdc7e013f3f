import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { line, release, reserve, sell, takeBack, type ProductEnvironment } from './product-environment.fixture.spec.js';

/** The history of a product's stock. */
export const stockHistory = (environment: () => ProductEnvironment): void => {
  const read = (id: string, query = '') => environment().asAdmin('GET', `/products/${id}/stock-changes${query}`);
  const adjust = (id: string, delta: number) =>
    environment().asAdmin('POST', `/products/${id}/stock-adjustments`, { delta, reason: 'counted' });

  describe('the history of a stock', () => {
    it('has every change with its cause, newest first, page by page', async () => {
      const mug = await environment().aProduct(10);
      const [sold, released, returned] = [randomUUID(), randomUUID(), randomUUID()];
      for (const [order, ...commands] of [
        [sold, reserve(sold, line(mug, 2), line(mug, 1)), sell(sold), sell(sold)],
        [released, reserve(released, line(mug, 4)), release(released), release(released)],
        [returned, reserve(returned, line(mug, 5)), sell(returned), takeBack(returned)],
      ] as const) {
        await environment().send(...commands);
        await environment().repliesTo(order, commands.length);
      }
      expect(await adjust(mug, -3)).toMatchObject({ status: 201, body: { available: 4 } });
      expect(await adjust(mug, -5)).toMatchObject({ status: 409 });
      const history = [
        { number: 7, cause: 'adjusted', delta: -3, available: 4, reason: 'counted', adjustedBy: expect.any(String) },
        { number: 6, cause: 'taken-back', delta: 5, available: 7, orderId: returned, reservation: 'taken-back' },
        { number: 5, cause: 'reserved', delta: -5, available: 2, orderId: returned, reservation: 'taken-back' },
        { number: 4, cause: 'released', delta: 4, available: 7, orderId: released, reservation: 'released' },
        { number: 3, cause: 'reserved', delta: -4, available: 3, orderId: released, reservation: 'released' },
        { number: 2, cause: 'reserved', delta: -3, available: 7, orderId: sold, reservation: 'sold' },
        { number: 1, cause: 'added', delta: 10, available: 10 },
      ].map((change) => ({ ...change, at: expect.any(String) }));
      expect((await read(mug)).body).toEqual({ items: history, nextCursor: null });
      const first = await read(mug, '?limit=4');
      expect(first.body.items).toEqual(history.slice(0, 4));
      expect((await read(mug, `?limit=4&cursor=${first.body.nextCursor}`)).body).toEqual({
        items: history.slice(4),
        nextCursor: null,
      });
    });

    it('is complete when many change the stock at the same time', async () => {
      const mug = await environment().aProduct(30);
      const orders = Array.from({ length: 40 }, () => randomUUID());
      await environment().send(...orders.flatMap((order) => [reserve(order, line(mug, 1)), release(order)]));
      await Promise.all([5, -5, 7, -7].map((delta) => adjust(mug, delta)));
      for (const order of orders) await environment().repliesTo(order, 2);
      const [{ available } = { available: 0 }] = [await environment().stockLevelOf(mug)];
      const changes = await environment().query<{ number: number; delta: number; available: number }>(
        'select number::int, delta::int, available::int from stock_changes where product_id = $1 order by number',
        [mug],
      );
      let sum = 0;
      for (const [index, { number, delta, available: after }] of changes.entries())
        expect([number, after]).toEqual([index + 1, (sum += delta)]);
      expect(sum).toBe(available);
    });

    it('is for admins, of known products, with its own cursors', async () => {
      const mug = await environment().aProduct(1);
      expect((await environment().call('GET', `/products/${mug}/stock-changes`)).status).toBe(401);
      const { customer } = environment().tokens;
      expect((await environment().call('GET', `/products/${mug}/stock-changes`, undefined, customer)).status).toBe(403);
      expect((await read(randomUUID())).status).toBe(404);
      for (const cursor of ['x', '0', '-1', '1e3', '9'.repeat(16)])
        expect((await read(mug, `?cursor=${cursor}`)).status).toBe(400);
    });
  });
};
