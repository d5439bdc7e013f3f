import { describe, expect, it } from '@jest/globals';
import { isRefusal, orderId, productId, userId, type OrderId, type UserId } from '@tradewind/kernel';
import fc from 'fast-check';
import { cartAfter, lineAfter, type CartEvent } from './cart-event.js';
import { forget, lineIdOf, put, takeOut, type Cart, type CartLine } from './cart.js';
import { follow, type Checkout } from './check-out.js';
import { rebuild, type OrderNews } from './rebuild.js';

const users = ['1', '2'].map((digit) => userId(`01991234-5678-7000-8000-00000000000${digit}`));
const products = ['a', 'b', 'c'].map((digit) => productId(`01991234-5678-7000-8000-00000000000${digit}`));
const order = orderId('01991234-5678-7000-8000-00000000000f');

const aWish = fc.record({
  what: fc.constantFrom('put', 'put', 'put', 'take-out', 'check-out', 'forget'),
  user: fc.constantFrom(...users),
  product: fc.constantFrom(...products),
  quantity: fc.integer({ min: 1, max: 4 }),
  price: fc.integer({ min: 1, max: 9 }),
});
type Wish = typeof aWish extends fc.Arbitrary<infer W> ? W : never;

/** The service with its rows in memory; everything that it says is kept. */
class Shop {
  readonly carts = new Map<UserId, Cart>();
  readonly lines = new Map<string, CartLine>();
  readonly said: CartEvent[] = [];
  #minute = 0;

  hear({ what, user, product, quantity, price }: Wish): void {
    const now = new Date(this.#minute++ * 60_000);
    const cart = this.carts.get(user);
    const line = this.lines.get(lineIdOf(user, product));
    if (what === 'put')
      this.#keep(
        put(user, cart, line, { productId: product, price: { amount: price, currency: 'GBP' } }, quantity, now),
      );
    else if (what === 'take-out') this.#keep(takeOut(line, now));
    else if (what === 'forget') this.#keep(forget(user, cart, now));
    else if (cart?.status === 'open' && cart.lines > 0)
      this.#keep({ what: 'emptied', userId: user, orderId: order, at: now });
  }

  #keep(event: ReturnType<typeof put> | ReturnType<typeof forget>): void {
    if (!event || isRefusal(event)) return;
    this.said.push(event);
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

const aShopAfter = (wishes: readonly Wish[]): Shop => {
  const shop = new Shop();
  for (const wish of wishes) shop.hear(wish);
  return shop;
};

describe('carts that were used in any way', () => {
  it('know how many lines they have', () =>
    fc.assert(
      fc.property(fc.array(aWish, { maxLength: 60 }), (wishes) => {
        const shop = aShopAfter(wishes);
        for (const [owner, cart] of shop.carts) {
          expect(cart.status === 'open' ? cart.lines : 0).toBe(
            [...shop.lines.values()].filter(({ userId }) => userId === owner).length,
          );
        }
      }),
    ));

  it('can be told from the events alone', () =>
    fc.assert(
      fc.property(fc.array(aWish, { maxLength: 60 }), (wishes) => {
        const shop = aShopAfter(wishes);
        const rows = rebuild(shop.said, [], []);
        expect(rows.carts).toEqual(shop.carts);
        expect(rows.lines).toEqual(shop.lines);
      }),
    ));
});

describe('checkouts, and what became of their orders', () => {
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
  const strange: OrderId = orderId('01991234-5678-7000-8000-00000000000e');
  const news: OrderNews[] = [
    { orderId: order, status: 'placed', sequence: 1 },
    { orderId: strange, status: 'placed', sequence: 1 },
    { orderId: order, status: 'confirmed', sequence: 3 },
  ];
  it('are those that were live', () =>
    expect(rebuild([], [checkout], news).checkouts).toEqual(
      new Map([[order, follow(follow(checkout, 'placed', 1), 'confirmed', 3)]]),
    ));
});
