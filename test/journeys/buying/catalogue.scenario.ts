import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { aProduct, pounds } from '../api/customers.js';
import type { Page, Product } from '../api/responses.js';
import type { ShopFixture } from '../api/fixture.js';

export const catalogue = (fixture: () => ShopFixture): void => {
  describe('a product that the admin adds', () => {
    let lamp: Product;
    beforeAll(async () => {
      lamp = await aProduct(fixture().admin, { name: 'Zephyrine brass lamp', price: 1_999, stock: 7 });
    });

    it('can be read without a login', async () => {
      expect(await fixture().anonymous.get(`/products/${lamp.id}`)).toMatchObject({
        status: 200,
        body: { ...lamp, price: pounds(1_999), available: 7 },
      });
    });

    it('cannot be added twice with one SKU', async () => {
      const duplicate = await fixture().admin.post('/products', {
        sku: lamp.sku,
        name: 'Another',
        price: pounds(1),
        stock: 1,
      });
      expect(duplicate).toMatchObject({ status: 409, body: { status: 409 } });
    });

    it.each(['zephyr', 'BRASS zephyrine', 'lamp zeph', "zephyr' | '"])('is found by "%s"', async (query) => {
      const { body } = await fixture().anonymous.get<Page<Product>>(`/products?query=${encodeURIComponent(query)}`);
      expect(body.items.map(({ id }) => id)).toEqual([lamp.id]);
    });

    it.each(['zephyr stone', 'ephyrine', ':* & !'])('is not found by "%s"', async (query) => {
      const { status, body } = await fixture().anonymous.get<Page<Product>>(
        `/products?query=${encodeURIComponent(query)}`,
      );
      expect({ status, items: body.items }).toEqual({ status: 200, items: [] });
    });

    it('is found by its SKU', async () => {
      const { body } = await fixture().anonymous.get<Page<Product>>(`/products?query=${encodeURIComponent(lamp.sku)}`);
      expect(body.items.map(({ id }) => id)).toEqual([lamp.id]);
    });

    it('can be renamed and repriced', async () => {
      const { admin } = fixture();
      expect(
        await admin.patch(`/products/${lamp.id}`, { name: 'Zephyrine copper lamp', price: pounds(1_500) }),
      ).toMatchObject({
        status: 200,
        body: { name: 'Zephyrine copper lamp', price: pounds(1_500), available: 7 },
      });
    });

    it('has a stock that can be adjusted, but never below zero', async () => {
      const { admin } = fixture();
      const adjust = (delta: number) =>
        admin.post<Product>(`/products/${lamp.id}/stock-adjustments`, { delta, reason: 'counted' });
      expect(await adjust(3)).toMatchObject({ status: 201, body: { available: 10 } });
      expect((await adjust(-11)).status).toBe(409);
      expect(await adjust(-10)).toMatchObject({ status: 201, body: { available: 0 } });
    });
  });

  describe('a list of products', () => {
    it('is read page by page, each product once', async () => {
      const { admin, anonymous } = fixture();
      const unique = `w${randomUUID().slice(0, 8)}`;
      const made = await Promise.all([1, 2, 3, 4, 5].map(() => aProduct(admin, { name: `A ${unique}` })));
      const seen: string[] = [];
      let pages = 0;
      for (let cursor: string | null = ''; cursor !== null; pages++) {
        const { body }: { body: Page<Product> } = await anonymous.get<Page<Product>>(
          `/products?query=${unique}&limit=2${cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`}`,
        );
        seen.push(...body.items.map(({ id }) => id));
        cursor = body.nextCursor;
      }
      expect(pages).toBe(3);
      expect(seen.toSorted()).toEqual(made.map(({ id }) => id).toSorted());
    });
  });
};
