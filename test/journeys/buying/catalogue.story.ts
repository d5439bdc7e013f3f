import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { aProduct, pounds } from '../people.js';
import type { Page, Product } from '../views.js';
import type { Scene } from '../scene.js';

export const catalogue = (scene: () => Scene): void => {
  describe('a product that the admin adds', () => {
    let lamp: Product;
    beforeAll(async () => {
      lamp = await aProduct(scene().admin, { name: 'Zephyrine brass lamp', price: 1_999, stock: 7 });
    });

    it('can be seen by anybody', async () => {
      expect(await scene().nobody.get(`/products/${lamp.id}`)).toMatchObject({
        status: 200,
        body: { ...lamp, price: pounds(1_999), available: 7 },
      });
    });

    it("can't be added twice under one code", async () => {
      const twin = await scene().admin.post('/products', {
        sku: lamp.sku,
        name: 'Another',
        price: pounds(1),
        stock: 1,
      });
      expect(twin).toMatchObject({ status: 409, body: { status: 409 } });
    });

    it.each(['zephyr', 'BRASS zephyrine', 'lamp zeph', "zephyr' | '"])('is found by "%s"', async (words) => {
      const { body } = await scene().nobody.get<Page<Product>>(`/products?query=${encodeURIComponent(words)}`);
      expect(body.items.map(({ id }) => id)).toEqual([lamp.id]);
    });

    it.each(['zephyr stone', 'ephyrine', ':* & !'])('is not found by "%s"', async (words) => {
      const { status, body } = await scene().nobody.get<Page<Product>>(`/products?query=${encodeURIComponent(words)}`);
      expect({ status, items: body.items }).toEqual({ status: 200, items: [] });
    });

    it('is found by its code', async () => {
      const { body } = await scene().nobody.get<Page<Product>>(`/products?query=${encodeURIComponent(lamp.sku)}`);
      expect(body.items.map(({ id }) => id)).toEqual([lamp.id]);
    });

    it('is renamed and repriced', async () => {
      const { admin } = scene();
      expect(
        await admin.patch(`/products/${lamp.id}`, { name: 'Zephyrine copper lamp', price: pounds(1_500) }),
      ).toMatchObject({
        status: 200,
        body: { name: 'Zephyrine copper lamp', price: pounds(1_500), available: 7 },
      });
    });

    it('has pieces counted in and out, never below zero', async () => {
      const { admin } = scene();
      const adjust = (delta: number) =>
        admin.post<Product>(`/products/${lamp.id}/stock-adjustments`, { delta, reason: 'counted' });
      expect(await adjust(3)).toMatchObject({ status: 201, body: { available: 10 } });
      expect((await adjust(-11)).status).toBe(409);
      expect(await adjust(-10)).toMatchObject({ status: 201, body: { available: 0 } });
    });
  });

  describe('a list', () => {
    it('is read page by page, each product once', async () => {
      const { admin, nobody } = scene();
      const word = `w${randomUUID().slice(0, 8)}`;
      const made = await Promise.all([1, 2, 3, 4, 5].map(() => aProduct(admin, { name: `A ${word}` })));
      const seen: string[] = [];
      let pages = 0;
      for (let cursor: string | null = ''; cursor !== null; pages++) {
        const { body }: { body: Page<Product> } = await nobody.get<Page<Product>>(
          `/products?query=${word}&limit=2${cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`}`,
        );
        seen.push(...body.items.map(({ id }) => id));
        cursor = body.nextCursor;
      }
      expect(pages).toBe(3);
      expect(seen.toSorted()).toEqual(made.map(({ id }) => id).toSorted());
    });
  });
};
