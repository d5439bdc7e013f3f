import { describe, expect, it } from '@jest/globals';
import { ProductRepriced } from '@tradewind/contracts';
import { money } from '@tradewind/kernel';
import type { OrderClient } from './order-client.fixture.spec.js';
import { anAddress, anUuid, type OrderEnvironment } from './order-environment.fixture.spec.js';

/** `POST /orders`: orders without a cart. */
export const placedDirectly = (environment: () => OrderEnvironment, client: () => OrderClient) =>
  describe('an order that is placed directly', () => {
    it("is priced by the service's own copy", async () => {
      const body = await client().anOrder(250);
      const { body: accepted, headers } = await client().place(body).expect(202);
      expect(headers['location']).toBe(`/orders/${accepted.orderId}`);
      expect(await client().outcome(accepted.orderId)).toMatchObject({
        status: 'confirmed',
        total: money(750, 'GBP'),
        shippingAddress: anAddress,
      });
    });
    it('uses the new price after a price change', async () => {
      const body = await client().anOrder(250);
      await environment().participants.publish(ProductRepriced, {
        productId: body.items[0]!.productId,
        price: money(300, 'GBP'),
        repricedAt: new Date().toISOString(),
      });
      await client().untilFound('select 1 from prices where product_id = $1 and price_amount = 300 and sequence = 2', [
        body.items[0]!.productId,
      ]);
      expect(await client().outcome((await client().place(body).expect(202)).body.orderId)).toMatchObject({
        total: money(900, 'GBP'),
      });
    });
    it('is one order per idempotency key, also in parallel, and another body is rejected', async () => {
      const body = await client().anOrder();
      const key = anUuid();
      const answers = await Promise.all(Array.from({ length: 10 }, () => client().place(body, key).expect(202)));
      expect(new Set(answers.map((answer) => answer.body.orderId)).size).toBe(1);
      expect(answers.filter((answer) => answer.headers['idempotent-replayed'] === 'true')).toHaveLength(9);
      await client()
        .place({ ...body, paymentMethod: 'sim_slow' }, key)
        .expect(422);
    });
    it('is rejected with the current lines when its total is not the expected one, and repeated whatever the price is by then', async () => {
      const body = await client().anOrder(250);
      const { productId } = body.items[0]!;
      const { body: problem } = await client()
        .place({ ...body, expectedTotal: money(700, 'GBP') })
        .expect(409);
      expect(problem).toMatchObject({
        type: '/problems/price-changed',
        lines: [{ productId, quantity: 3, unitPrice: money(250, 'GBP') }],
        total: money(750, 'GBP'),
      });
      const [key, expected] = [anUuid(), { ...body, expectedTotal: problem.total }];
      const { body: accepted } = await client().place(expected, key).expect(202);
      await environment().participants.publish(ProductRepriced, {
        productId,
        price: money(300, 'GBP'),
        repricedAt: new Date().toISOString(),
      });
      await client().untilFound('select 1 from prices where product_id = $1 and price_amount = 300', [productId]);
      expect((await client().place(expected, key).expect(202)).body).toEqual(accepted);
      await client().place(expected).expect(409);
    });
    it('is rejected with the field of an unknown product', async () => {
      const body = {
        ...(await client().anOrder()),
        items: [
          { productId: await client().aKnownProduct(5), quantity: 1 },
          { productId: anUuid(), quantity: 1 },
        ],
      };
      expect((await client().place(body).expect(422)).body.errors).toEqual([
        { field: 'items.1.productId', detail: expect.any(String) },
      ]);
    });
    it.each<[string, (body: Awaited<ReturnType<OrderClient['anOrder']>>) => object, string]>([
      ['no items', (body) => ({ ...body, items: [] }), 'items'],
      ['a negative quantity', (body) => ({ ...body, items: [{ ...body.items[0], quantity: -1 }] }), 'items.0.quantity'],
      ['a fraction', (body) => ({ ...body, items: [{ ...body.items[0], quantity: 1.5 }] }), 'items.0.quantity'],
      [
        'a price of its own',
        (body) => ({ ...body, items: [{ ...body.items[0], unitPrice: money(1, 'GBP') }] }),
        'items.0.unitPrice',
      ],
      ['another buyer', (body) => ({ ...body, userId: anUuid() }), 'userId'],
      ['no city', (body) => ({ ...body, shippingAddress: { ...anAddress, city: undefined } }), 'shippingAddress.city'],
      [
        'a line break in a line',
        (body) => ({ ...body, shippingAddress: { ...anAddress, line1: 'a\nb' } }),
        'shippingAddress.line1',
      ],
      ['an address that is a string', (body) => ({ ...body, shippingAddress: 'London' }), 'shippingAddress'],
      ['an invalid payment method', (body) => ({ ...body, paymentMethod: 'SIM OK' }), 'paymentMethod'],
    ])('is rejected with %s', async (_, invalid, field) =>
      expect(
        (
          await client()
            .place(invalid(await client().anOrder()))
            .expect(400)
        ).body.errors.map((error: { field: string }) => error.field),
      ).toContain(field),
    );
  });
