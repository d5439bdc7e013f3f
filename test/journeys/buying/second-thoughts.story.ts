import { beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@tradewind/testing';
import { aKey, anAddress, aPerson, aProduct, order, orderAndWait, outcome, pounds, type Person } from '../people.js';
import type { Order, Page, Payment, Product } from '../views.js';
import { providerOf, type Scene } from '../scene.js';

export const secondThoughts = (scene: () => Scene): void => {
  let gus: Person;
  beforeAll(async () => {
    gus = await aPerson(scene().nobody.url);
  });
  const cancel = (orderId: string) => gus.post(`/orders/${orderId}/cancel`);
  const available = async ({ id }: Product): Promise<number> =>
    (await gus.get<Product>(`/products/${id}`)).body.available;
  /** What the provider still holds of the order's money. */
  const held = (orderId: string): number =>
    providerOf(scene().shop, orderId).reduce(
      (sum, { operation, amount }) => sum + (operation === 'take' ? amount : operation === 'refund' ? -amount : 0),
      0,
    );

  describe('an order that is cancelled while its payment is under way', () => {
    let coat: Product;
    let id: string;
    beforeAll(async () => {
      coat = await aProduct(scene().admin, { price: 5_000, stock: 4 });
      id = await order(gus, coat, { quantity: 4, paymentMethod: 'sim_slow' });
    });

    it("is pending, and goes to another address on the buyer's word", async () => {
      const changed = await gus.patch<Order>(`/orders/${id}`, { shippingAddress: anAddress('22 Mill Lane') });
      expect(changed).toMatchObject({
        status: 200,
        body: { status: 'pending', shippingAddress: { line1: '22 Mill Lane' } },
      });
    });

    it("is being cancelled at once, and can't be cancelled or changed again", async () => {
      expect((await cancel(id)).status).toBe(202);
      expect(await cancel(id)).toMatchObject({ status: 409 });
      expect(await gus.patch(`/orders/${id}`, { shippingAddress: anAddress() })).toMatchObject({ status: 409 });
    });

    it('ends cancelled, with the money and the pieces back', async () => {
      expect(await outcome(gus, id)).toMatchObject({
        status: 'cancelled',
        history: [
          { what: 'placed' },
          { what: 'address-changed' },
          { what: 'cancellation-requested' },
          { what: 'cancelled' },
        ],
      });
      expect(held(id)).toBe(0);
      expect(await available(coat)).toBe(4);
    });
  });

  describe('an order that is cancelled after its confirmation', () => {
    let boot: Product;
    let bought: Order;
    beforeAll(async () => {
      boot = await aProduct(scene().admin, { price: 4_200, stock: 2 });
      bought = await orderAndWait(gus, boot, { quantity: 2 });
    });

    it("was confirmed and paid, and can't be sent elsewhere any more", async () => {
      expect(bought.status).toBe('confirmed');
      expect([held(bought.id), await available(boot)]).toEqual([8_400, 0]);
      expect(await gus.patch(`/orders/${bought.id}`, { shippingAddress: anAddress('Elsewhere 1') })).toMatchObject({
        status: 409,
      });
    });

    it('ends cancelled, with the money and the pieces back', async () => {
      expect((await cancel(bought.id)).status).toBe(202);
      expect(await outcome(gus, bought.id)).toMatchObject({ status: 'cancelled' });
      expect(held(bought.id)).toBe(0);
      expect(await available(boot)).toBe(2);
    });

    it("can't be cancelled twice", async () =>
      expect(await cancel(bought.id)).toMatchObject({
        status: 409,
        body: { type: '/problems/order-already-cancelled' },
      }));
  });

  describe('a rejected order', () => {
    it('can be neither cancelled nor changed', async () => {
      const { id } = await orderAndWait(gus, await aProduct(scene().admin), { paymentMethod: 'sim_declined' });
      expect(await cancel(id)).toMatchObject({ status: 409, body: { type: '/problems/order-already-rejected' } });
      expect(await gus.patch(`/orders/${id}`, { shippingAddress: anAddress() })).toMatchObject({ status: 409 });
    });
  });

  describe('a goodwill refund', () => {
    let bought: Order;
    let payment: Payment;
    const give = (amount: number, key = aKey()) =>
      scene().admin.post(
        `/payments/${payment.id}/refunds`,
        { amount: pounds(amount), reason: 'a scratch' },
        { 'idempotency-key': key },
      );
    const payments = async (): Promise<readonly Payment[]> =>
      (await scene().admin.get<Page<Payment>>(`/payments?orderId=${bought.id}`)).body.items;
    beforeAll(async () => {
      bought = await orderAndWait(gus, await aProduct(scene().admin, { price: 3_000 }));
      payment = (await payments())[0]!;
    });

    it('begins at a payment that was taken', () =>
      expect(payment).toMatchObject({ orderId: bought.id, status: 'taken', captured: pounds(3_000) }));

    it('is given once a key, and shown on the order, which stands', async () => {
      const key = aKey();
      expect((await give(500, key)).status).toBe(201);
      const again = await give(500, key);
      expect({ status: again.status, replayed: again.headers.get('idempotent-replayed') }).toEqual({
        status: 201,
        replayed: 'true',
      });
      const shown = await eventually(async () => {
        const { body } = await gus.get<Order>(`/orders/${bought.id}`);
        return body.goodwill.amount > 0 && body;
      });
      expect(shown).toMatchObject({
        status: 'confirmed',
        goodwill: pounds(500),
        history: [{ what: 'placed' }, { what: 'confirmed' }, { what: 'goodwill-recorded', amount: pounds(500) }],
      });
      expect(held(bought.id)).toBe(2_500);
      expect(await payments()).toMatchObject([{ status: 'taken', refunded: pounds(500) }]);
    });

    it('is never more than is left', async () =>
      expect(await give(2_501)).toMatchObject({ status: 409, body: { type: '/problems/more-than-held' } }));

    it('is not given a second time when the order is cancelled', async () => {
      expect((await cancel(bought.id)).status).toBe(202);
      expect(await outcome(gus, bought.id)).toMatchObject({ status: 'cancelled' });
      expect(held(bought.id)).toBe(0);
    });
  });
};
