import { describe, expect, it } from '@jest/globals';
import { eventually } from '@tradewind/testing';
import { aKey, anAddress, aProduct, checkOut, outcomeOf, placeOrder, pounds, putInCart } from '../api/customers.js';
import type { ShopFixture } from '../api/fixture.js';
import type { Accepted, Cart, Order, Page, Product, StockChange } from '../api/responses.js';

/** What customers notice when the admin changes what the shop sells. */
export const assortment = (fixture: () => ShopFixture): void => {
  const archive = (id: string, archived = true) => fixture().admin.patch<Product>(`/products/${id}`, { archived });
  const cart = async (): Promise<Cart> => (await fixture().ann.get<Cart>('/cart')).body;
  const order = (product: Product) =>
    fixture().ann.post<Accepted>(
      '/orders',
      { items: [{ productId: product.id, quantity: 1 }], paymentMethod: 'sim_ok', shippingAddress: anAddress() },
      { 'idempotency-key': aKey() },
    );

  describe('a product that is archived while it is in a cart', () => {
    it('is shown there, cannot be bought, and can be bought again when it is restored', async () => {
      const { admin, anonymous, ann } = fixture();
      const [fan, mat] = [await aProduct(admin, { name: 'Fan', price: 700 }), await aProduct(admin, { price: 300 })];
      await putInCart(ann, fan, 2);
      await putInCart(ann, mat);
      expect(await archive(fan.id)).toMatchObject({ status: 200, body: { archived: true } });
      expect((await anonymous.get(`/products/${fan.id}`)).body).toMatchObject({ archived: true });
      expect((await anonymous.get<Page<Product>>(`/products?sku=${encodeURIComponent(fan.sku)}`)).body.items).toEqual(
        [],
      );
      await eventually(async () => (await cart()).total.amount === 300);
      expect((await cart()).items).toMatchObject([{ productId: fan.id, archived: true }, { productId: mat.id }]);
      expect(await checkOut(ann)).toMatchObject({
        status: 409,
        body: { type: '/problems/product-archived', lines: [{ productId: fan.id }] },
      });
      expect(await putInCart(ann, fan, 3)).toMatchObject({ status: 409 });
      await eventually(async () => (await order(fan)).status === 409);
      await archive(fan.id, false);
      await eventually(async () => (await cart()).total.amount === 1_700);
      const { status, body } = await checkOut(ann);
      expect(status).toBe(202);
      expect(await outcomeOf(ann, body.orderId)).toMatchObject({ status: 'confirmed', total: pounds(1_700) });
    });

    it('is fulfilled or rejected at once when it is ordered at that moment, and its open orders end', async () => {
      const { admin, ann } = fixture();
      const rug = await aProduct(admin);
      const open = await placeOrder(ann, rug);
      const [, ...answers] = await Promise.all([archive(rug.id), ...Array.from({ length: 10 }, () => order(rug))]);
      const accepted = answers.flatMap(({ status, body }) => (status === 202 ? [body.orderId] : []));
      expect(answers.filter(({ status }) => status !== 202 && status !== 409)).toEqual([]);
      const ended = await Promise.all([open, ...accepted].map((id) => outcomeOf(ann, id)));
      expect(new Set(ended.map(({ status }: Order) => status))).toEqual(new Set(['confirmed']));
    });
  });

  describe('a product whose SKU another one has in another spelling', () => {
    it('is not added, and the admin learns which one has it', async () => {
      const { admin } = fixture();
      const { id, sku } = await aProduct(admin);
      const body = { sku: ` ${sku.toUpperCase().replace(' ', '  ')}`, name: 'Other', price: pounds(1), stock: 1 };
      expect(await admin.post('/products', body)).toMatchObject({
        status: 409,
        body: { type: '/problems/sku-taken', product: { id, sku } },
      });
    });
  });

  describe('the last pieces of a product', () => {
    it('are shown in the cart and in the history of its stock', async () => {
      const { admin, ann } = fixture();
      const vase = await aProduct(admin, { stock: 3 });
      await putInCart(ann, vase, 2);
      const shown = async () => (await cart()).items.find(({ productId }) => productId === vase.id)?.availability;
      expect(await shown()).toBe('low');
      const { body } = await order(vase);
      expect(await outcomeOf(ann, body.orderId)).toMatchObject({ status: 'confirmed' });
      await admin.post(`/products/${vase.id}/stock-adjustments`, { delta: -2, reason: 'broken' });
      await eventually(async () => (await shown()) === 'out-of-stock');
      await ann.delete(`/cart/items/${vase.id}`);
      const history = await eventually(async () => {
        const page = await admin.get<Page<StockChange>>(`/products/${vase.id}/stock-changes`);
        return page.body.items.some(({ reservation }) => reservation === 'sold') && page.body.items;
      });
      expect(history).toMatchObject([
        { number: 3, cause: 'adjusted', delta: -2, available: 0, reason: 'broken' },
        { number: 2, cause: 'reserved', delta: -1, available: 2, orderId: body.orderId },
        { number: 1, cause: 'added', delta: 3, available: 3 },
      ]);
    });
  });
};
