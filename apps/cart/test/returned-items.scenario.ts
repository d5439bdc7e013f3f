import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { OrderRejected, UserForgotten, type OrderId } from '@tradewind/contracts';
import type { Table } from '@tradewind/messaging';
import { eventually } from '@tradewind/testing';
import { cartsFromEvents } from '../src/recovery/carts-from-events.js';
import { CartLines, Carts, Checkouts } from '../src/storage/cart.tables.js';
import { at, payment, pence, type CartEnvironment } from './cart-environment.fixture.spec.js';

type Person = Awaited<ReturnType<CartEnvironment['aPerson']>>;

/** What happens in the cart when the order of a checkout is rejected. */
export const returnedItems = (cart: () => CartEnvironment) =>
  describe('a checkout whose order is rejected', () => {
    let environment: CartEnvironment;
    let mug: string;
    let cup: string;
    beforeAll(async () => {
      environment = cart();
      [mug, cup] = [await environment.aProduct(100), await environment.aProduct(50)];
    });

    const checkedOut = async (person: Person): Promise<string> => {
      await environment.put(person, mug, 2);
      return (await environment.checkOut(person, { ...payment, expectedTotal: undefined })).body.orderId;
    };
    const reject = (person: Person, orderId: string, sequence = 2) =>
      environment.send(OrderRejected, sequence, {
        orderId,
        userId: person.id,
        reason: 'payment-declined',
        lines: [{ productId: mug, name: 'Mug', quantity: 2, unitPrice: pence(100) }],
        rejectedAt: at,
      });
    const becomesRejected = (orderId: string, sequence = 2) =>
      eventually(
        async () =>
          (
            await environment.query(
              `select 1 from checkouts where order_id = $1 and status = 'rejected' and sequence = $2`,
              [orderId, sequence],
            )
          ).length === 1,
      );
    const returnedTo = async (person: Person) =>
      (await environment.published(person.id)).filter(({ type }) => type === 'cart.items-returned');

    it('gives its lines back, and they are checked out again only with their total', async () => {
      const ann = await environment.aPerson();
      const orderId = await checkedOut(ann);
      await reject(ann, orderId);
      await becomesRejected(orderId);
      const item = { productId: mug, quantity: 2, unitPrice: pence(100), returnedFrom: orderId };
      expect((await environment.cartOf(ann)).body).toMatchObject({ items: [item], total: pence(200) });
      expect(await environment.checkOut(ann)).toMatchObject({
        status: 409,
        body: { type: '/problems/items-returned', lines: [item], total: pence(200) },
      });
      expect(await environment.checkOut(ann, { ...payment, expectedTotal: pence(200) })).toMatchObject({ status: 202 });
    });

    it('adds them to what was put in meanwhile, once, also when the rejection is handled twice', async () => {
      const ann = await environment.aPerson();
      const orderId = await checkedOut(ann);
      await environment.put(ann, mug, 3);
      await environment.put(ann, cup, 1);
      await reject(ann, orderId);
      await reject(ann, orderId);
      await reject(ann, orderId, 3);
      await becomesRejected(orderId);
      await eventually(
        async () =>
          (await environment.query('select 1 from msg_inbox where ordering_key = $1', [`order.events\n${orderId}`]))
            .length === 3,
      );
      expect((await environment.cartOf(ann)).body).toMatchObject({
        items: [
          { productId: mug, quantity: 5 },
          { productId: cup, quantity: 1 },
        ],
        total: pence(550),
      });
      expect(await returnedTo(ann)).toHaveLength(1);
    });

    it('gives nothing back to a forgotten person', async () => {
      const ann = await environment.aPerson();
      const orderId = await checkedOut(ann);
      await environment.send(UserForgotten, 2, { userId: ann.id, forgottenAt: at });
      await eventually(async () => (await environment.put(ann, mug, 1)).status === 410);
      await reject(ann, orderId);
      await becomesRejected(orderId);
      expect(await environment.query('select 1 from cart_lines where user_id = $1', [ann.id])).toEqual([]);
      expect(await returnedTo(ann)).toEqual([]);
    });

    it('gives nothing back for an order that came from no cart', async () => {
      const ann = await environment.aPerson();
      await reject(ann, randomUUID());
      const marker = await checkedOut(ann);
      await reject(ann, marker);
      await becomesRejected(marker);
      expect(await returnedTo(ann)).toHaveLength(1);
      expect((await environment.cartOf(ann)).body.items).toMatchObject([{ productId: mug, quantity: 2 }]);
    });

    it('is recovered as rejected from the events of the cart alone', async () => {
      const ann = await environment.aPerson();
      const orderId = await checkedOut(ann);
      await reject(ann, orderId, 5);
      await becomesRejected(orderId, 5);
      const own = (await environment.published()).filter(({ key }) => key === ann.id || key === orderId);
      const { carts, lines, checkouts } = cartsFromEvents(own);
      expect(checkouts.get(orderId as OrderId)).toMatchObject({ status: 'rejected', sequence: 5 });
      const rowsOf = async <S extends object>(table: Table<S>) =>
        [...(await environment.rows(table)).values()].filter((row) => (row as { userId?: string }).userId === ann.id);
      expect([...carts.values()]).toEqual(await rowsOf(Carts));
      expect([...lines.values()]).toEqual(await rowsOf(CartLines));
      expect([...checkouts.values()]).toEqual(await rowsOf(Checkouts));
    });
  });
