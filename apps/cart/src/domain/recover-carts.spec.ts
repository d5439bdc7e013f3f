import { describe, expect, it } from '@jest/globals';
import { orderId, productId, userId, type OrderId, type ProductId, type UserId } from '@tradewind/contracts/ids';
import { isRejection } from '@tradewind/kernel';
import fc from 'fast-check';
import { cartAfter, lineAfter } from './apply-cart-event.js';
import type { CartEmptied, CartEvent, CartItemSet } from './cart-event.js';
import { forget, lineIdOf, put, takeOut, type Cart, type CartLine } from './cart.js';
import { withOrderStatus, type Checkout } from './check-out.js';
import { itemsSetBy, returnItems } from './return-items.js';
import { recoverCarts, type OrderStatusEvent } from './recover-carts.js';

const users = ['1', '2'].map((digit) => userId(`01991234-5678-7000-8000-00000000000${digit}`));
const products = ['a', 'b', 'c'].map((digit) => productId(`01991234-5678-7000-8000-00000000000${digit}`));
const order = orderId('01991234-5678-7000-8000-00000000000f');

const aCommand = fc.record({
  what: fc.constantFrom('put', 'put', 'put', 'take-out', 'check-out', 'return', 'forget'),
  user: fc.constantFrom(...users),
  product: fc.constantFrom(...products),
  quantity: fc.integer({ min: 1, max: 4 }),
  price: fc.integer({ min: 1, max: 9 }),
});
type Command = typeof aCommand extends fc.Arbitrary<infer C> ? C : never;

/** The service with its rows in memory; records every event. */
class InMemoryService {
  readonly carts = new Map<UserId, Cart>();
  readonly lines = new Map<string, CartLine>();
  readonly events: CartEvent[] = [];
  #minute = 0;

  handle({ what, user, product, quantity, price }: Command): void {
    const now = new Date(this.#minute++ * 60_000);
    const cart = this.carts.get(user);
    const line = this.lines.get(lineIdOf(user, product));
    if (what === 'put')
      this.#apply(
        put(
          user,
          cart,
          line,
          { productId: product, price: { amount: price, currency: 'GBP' }, archived: false },
          quantity,
          now,
        ),
      );
    else if (what === 'take-out') this.#apply(takeOut(line, now));
    else if (what === 'forget') this.#apply(forget(user, cart, now));
    else if (what === 'return') this.#return(user, product, quantity, price, now);
    else if (cart?.status === 'open' && cart.lines > 0)
      this.#apply({ what: 'emptied', userId: user, orderId: order, at: now });
  }

  #return(user: UserId, product: ProductId, quantity: number, price: number, now: Date): void {
    const ordered = products.slice(products.indexOf(product)).map((productId) => ({
      productId,
      quantity,
      unitPrice: { amount: price, currency: 'GBP' },
    }));
    const lineOf = (productId: ProductId) => this.lines.get(lineIdOf(user, productId));
    const event = returnItems({ userId: user, orderId: order }, 2, ordered, this.carts.get(user), lineOf, now);
    if (!event) return;
    for (const item of itemsSetBy(event)) this.#applyToRows(item);
    this.events.push(event);
  }

  #apply(event: ReturnType<typeof put> | ReturnType<typeof forget>): void {
    if (!event || isRejection(event)) return;
    this.events.push(event);
    this.#applyToRows(event);
  }

  #applyToRows(event: CartItemSet | CartEmptied): void {
    const key = event.what === 'item-set' ? lineIdOf(event.userId, event.productId) : '';
    const line = this.lines.get(key);
    this.carts.set(event.userId, cartAfter(this.carts.get(event.userId), event, line));
    if (event.what === 'emptied')
      for (const [id, { userId }] of this.lines) if (userId === event.userId) this.lines.delete(id);
    if (event.what === 'item-set') {
      const after = lineAfter(line, event);
      if (after) this.lines.set(key, after);
      else this.lines.delete(key);
    }
  }
}

const aServiceAfter = (commands: readonly Command[]): InMemoryService => {
  const service = new InMemoryService();
  for (const command of commands) service.handle(command);
  return service;
};

describe('carts after any commands', () => {
  it('have the right number of lines', () =>
    fc.assert(
      fc.property(fc.array(aCommand, { maxLength: 60 }), (commands) => {
        const service = aServiceAfter(commands);
        for (const [owner, cart] of service.carts) {
          expect(cart.status === 'open' ? cart.lines : 0).toBe(
            [...service.lines.values()].filter(({ userId }) => userId === owner).length,
          );
        }
      }),
    ));

  it('can be recovered from the events alone', () =>
    fc.assert(
      fc.property(fc.array(aCommand, { maxLength: 60 }), (commands) => {
        const service = aServiceAfter(commands);
        const rows = recoverCarts(service.events, [], []);
        expect(rows.carts).toEqual(service.carts);
        expect(rows.lines).toEqual(service.lines);
      }),
    ));
});

describe('checkouts and the status of their orders', () => {
  const checkout = {
    orderId: order,
    userId: users[0]!,
    status: 'checked-out',
    total: { amount: 1, currency: 'GBP' },
    keyHash: 'k',
    bodyHash: 'b',
    checkedOutAt: new Date(0),
    sequence: 0,
  } as const satisfies Checkout;
  const unrelated: OrderId = orderId('01991234-5678-7000-8000-00000000000e');
  const orderEvents: OrderStatusEvent[] = [
    { orderId: order, status: 'placed', sequence: 1 },
    { orderId: unrelated, status: 'placed', sequence: 1 },
    { orderId: order, status: 'confirmed', sequence: 3 },
  ];
  it('are recovered', () =>
    expect(recoverCarts([], [checkout], orderEvents).checkouts).toEqual(
      new Map([[order, withOrderStatus(withOrderStatus(checkout, 'placed', 1), 'confirmed', 3)]]),
    ));
});
