import { beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@tradewind/testing';
import {
  aKey,
  anAddress,
  aCustomer,
  aProduct,
  placeOrder,
  placeOrderAndWait,
  outcomeOf,
  pounds,
  type Customer,
} from '../api/customers.js';
import type { Order, Page, Payment, Product } from '../api/responses.js';
import { providerOperations, type ShopFixture } from '../api/fixture.js';

export const afterPlacing = (fixture: () => ShopFixture): void => {
  let gus: Customer;
  beforeAll(async () => {
    gus = await aCustomer(fixture().anonymous.url);
  });
  const cancel = (orderId: string) => gus.post(`/orders/${orderId}/cancel`);
  const available = async ({ id }: Product): Promise<number> =>
    (await gus.get<Product>(`/products/${id}`)).body.available;
  /** The amount that the provider has taken for the order and not refunded. */
  const heldAmount = (orderId: string): number =>
    providerOperations(fixture().shop, orderId).reduce(
      (sum, { operation, amount }) => sum + (operation === 'take' ? amount : operation === 'refund' ? -amount : 0),
      0,
    );

  describe('an order that is cancelled while its payment is under way', () => {
    let coat: Product;
    let id: string;
    beforeAll(async () => {
      coat = await aProduct(fixture().admin, { price: 5_000, stock: 4 });
      id = await placeOrder(gus, coat, { quantity: 4, paymentMethod: 'sim_slow' });
    });

    it('is pending, and its address can be changed', async () => {
      const changed = await gus.patch<Order>(`/orders/${id}`, { shippingAddress: anAddress('22 Mill Lane') });
      expect(changed).toMatchObject({
        status: 200,
        body: { status: 'pending', shippingAddress: { line1: '22 Mill Lane' } },
      });
    });

    it('is being cancelled at once, and cannot be cancelled or changed again', async () => {
      expect((await cancel(id)).status).toBe(202);
      expect(await cancel(id)).toMatchObject({ status: 409 });
      expect(await gus.patch(`/orders/${id}`, { shippingAddress: anAddress() })).toMatchObject({ status: 409 });
    });

    it('ends cancelled, with the payment refunded and the stock released', async () => {
      expect(await outcomeOf(gus, id)).toMatchObject({
        status: 'cancelled',
        history: [
          { what: 'placed' },
          { what: 'address-changed' },
          { what: 'cancellation-requested' },
          { what: 'cancelled' },
        ],
      });
      expect(heldAmount(id)).toBe(0);
      expect(await available(coat)).toBe(4);
    });
  });

  describe('an order that is cancelled after its confirmation', () => {
    let boot: Product;
    let bought: Order;
    beforeAll(async () => {
      boot = await aProduct(fixture().admin, { price: 4_200, stock: 2 });
      bought = await placeOrderAndWait(gus, boot, { quantity: 2 });
    });

    it('was confirmed and paid, and its address cannot be changed', async () => {
      expect(bought.status).toBe('confirmed');
      expect([heldAmount(bought.id), await available(boot)]).toEqual([8_400, 0]);
      expect(await gus.patch(`/orders/${bought.id}`, { shippingAddress: anAddress('Elsewhere 1') })).toMatchObject({
        status: 409,
      });
    });

    it('ends cancelled, with the payment refunded and the stock released', async () => {
      expect((await cancel(bought.id)).status).toBe(202);
      expect(await outcomeOf(gus, bought.id)).toMatchObject({ status: 'cancelled' });
      expect(heldAmount(bought.id)).toBe(0);
      expect(await available(boot)).toBe(2);
    });

    it('cannot be cancelled twice', async () =>
      expect(await cancel(bought.id)).toMatchObject({
        status: 409,
        body: { type: '/problems/order-already-cancelled' },
      }));
  });

  describe('a rejected order', () => {
    it('can be neither cancelled nor changed', async () => {
      // Its lines come back into the cart of the buyer, who places no other order.
      const hal = await aCustomer(fixture().anonymous.url);
      const { id } = await placeOrderAndWait(hal, await aProduct(fixture().admin), { paymentMethod: 'sim_declined' });
      expect(await hal.post(`/orders/${id}/cancel`)).toMatchObject({
        status: 409,
        body: { type: '/problems/order-already-rejected' },
      });
      expect(await hal.patch(`/orders/${id}`, { shippingAddress: anAddress() })).toMatchObject({ status: 409 });
    });
  });

  describe('a goodwill refund', () => {
    let bought: Order;
    let payment: Payment;
    const refund = (amount: number, key = aKey()) =>
      fixture().admin.post(
        `/payments/${payment.id}/refunds`,
        { amount: pounds(amount), reason: 'damaged' },
        { 'idempotency-key': key },
      );
    const payments = async (): Promise<readonly Payment[]> =>
      (await fixture().admin.get<Page<Payment>>(`/payments?orderId=${bought.id}`)).body.items;
    beforeAll(async () => {
      bought = await placeOrderAndWait(gus, await aProduct(fixture().admin, { price: 3_000 }));
      payment = (await payments())[0]!;
    });

    it('needs a payment that was taken', () =>
      expect(payment).toMatchObject({ orderId: bought.id, status: 'taken', captured: pounds(3_000) }));

    it('is given once per key, and shown on the order, which stays confirmed', async () => {
      const key = aKey();
      expect((await refund(500, key)).status).toBe(201);
      const again = await refund(500, key);
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
      expect(heldAmount(bought.id)).toBe(2_500);
      expect(await payments()).toMatchObject([{ status: 'taken', refunded: pounds(500) }]);
    });

    it('is never more than the remaining amount', async () =>
      expect(await refund(2_501)).toMatchObject({ status: 409, body: { type: '/problems/more-than-held' } }));

    it('is deducted from the refund when the order is cancelled', async () => {
      expect((await cancel(bought.id)).status).toBe(202);
      expect(await outcomeOf(gus, bought.id)).toMatchObject({ status: 'cancelled' });
      expect(heldAmount(bought.id)).toBe(0);
    });
  });
};
