import { randomUUID } from 'node:crypto';
import type { Account } from '../../../tools/shop/play/account.js';
import { pounds } from '../../../tools/shop/play/api.js';
import { fillCart } from '../../../tools/shop/play/fill-cart.js';
import {
  awaitOutcome,
  cancel,
  type Counter,
  type Customer,
  type PlacedOrder,
} from '../../../tools/shop/play/place-order.js';
import type { Chance } from '../../../tools/shop/retail/chance.js';
import type { Goods } from './goods.js';

/** How money is paid, and how often of a hundred. What never answers is left to the scenarios that mean it. */
const methods: readonly (readonly [method: string, share: number])[] = [
  ['sim_ok', 76],
  ['sim_declined', 8],
  ['sim_flaky', 6],
  ['sim_lost', 6],
  ['sim_slow', 4],
];
const byCart = 0.25;
const cancelsAtOnce = 0.05;
const cancelsLater = 0.05;

const address = { name: 'Ada', line1: '1 High Street', city: 'London', postcode: 'N1 1AA', country: 'GB' };

export interface Wish {
  readonly lines: readonly { readonly productId: string; readonly quantity: number }[];
  readonly total: number;
  readonly method: string;
}

/** Places one order after another, follows each to its outcome, and now and then changes his mind. */
export class Buyer {
  constructor(
    readonly customer: Customer,
    private readonly counter: Counter,
    private readonly goods: readonly Goods[],
    private readonly chance: Chance,
  ) {}

  /** One order from the wish to its outcome. `accepted` is called when it is the shop's. */
  async buy(accepted: (order: PlacedOrder) => void): Promise<PlacedOrder> {
    const wish = this.wish();
    const since = performance.now();
    const order = await (this.chance.fraction() < byCart ? this.#checkOut(wish) : this.place(wish));
    accepted(order);
    const mood = this.chance.fraction();
    if (mood < cancelsAtOnce) await cancel(this.counter, this.customer, order);
    else {
      await awaitOutcome(this.counter, this.customer, order, since);
      if (mood < cancelsAtOnce + cancelsLater && order.status === 'confirmed')
        await cancel(this.counter, this.customer, order);
    }
    return order;
  }

  /** Any order at all, accepted and not followed. */
  placeAny(): Promise<PlacedOrder> {
    return this.place(this.wish());
  }

  /** To its outcome, or to the end of patience. Throws when it has none then. */
  async follow(order: PlacedOrder): Promise<PlacedOrder> {
    await awaitOutcome(this.counter, this.customer, order, performance.now());
    if (order.status === 'pending' || order.status === 'cancelling')
      throw new Error(`the order ${order.orderId} stayed ${order.status}`);
    return order;
  }

  /** Asks for cancellation and waits for what comes of it. */
  cancel(order: PlacedOrder): Promise<void> {
    return cancel(this.counter, this.customer, order);
  }

  /** The key has been used for another wish: 422, and nothing happens. */
  async refuses(wish: Wish, key: string): Promise<void> {
    const body = { items: wish.lines, paymentMethod: wish.method, shippingAddress: address };
    await this.account.call({
      op: 'misuse-key',
      method: 'POST',
      path: '/orders',
      headers: { 'idempotency-key': key },
      body,
      expect: [422],
    });
  }

  /** `POST /orders` under one idempotency key, for as long as it takes. */
  async place(wish: Wish, key: string = randomUUID()): Promise<PlacedOrder> {
    const body = { items: wish.lines, paymentMethod: wish.method, shippingAddress: address };
    return this.#accept(wish, key, '/orders', body);
  }

  async #checkOut(wish: Wish): Promise<PlacedOrder> {
    await fillCart(this.account, wish.lines, wish.total);
    const body = { paymentMethod: wish.method, shippingAddress: address, expectedTotal: pounds(wish.total) };
    return this.#accept(wish, randomUUID(), '/cart/checkout', body);
  }

  async #accept({ total }: Wish, key: string, path: string, body: object): Promise<PlacedOrder> {
    const { userId } = this.customer;
    const about = { key, userId, total };
    const { body: answer } = await this.account.call<{ orderId: string }>({
      op: 'checkout',
      method: 'POST',
      path,
      headers: { 'idempotency-key': key },
      body,
      about,
      expect: [202],
    });
    this.counter.history.write('outcome', {
      op: 'checkout',
      key,
      userId,
      orderId: answer.orderId,
      total,
      status: 'accepted',
    });
    return { orderId: answer.orderId, total, invoiced: total, status: 'pending', wasConfirmed: false };
  }

  /** One to three articles, and one way to pay. */
  wish(): Wish {
    const picked = this.chance.pick(1 + Math.floor(this.chance.fraction() * 3), this.goods);
    const lines = picked.map(({ productId, price }) => ({
      productId,
      price,
      quantity: 1 + Math.floor(this.chance.fraction() * 3),
    }));
    let share = this.chance.fraction() * 100;
    const [method] = methods.find(([, of]) => (share -= of) < 0) ?? methods[0]!;
    return {
      lines: lines.map(({ productId, quantity }) => ({ productId, quantity })),
      total: lines.reduce((sum, { price, quantity }) => sum + price * quantity, 0),
      method,
    };
  }

  get account(): Account {
    return this.customer.account;
  }
}
