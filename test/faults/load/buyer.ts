import { randomUUID } from 'node:crypto';
import type { Account } from '../../../tools/shop/trading/account.js';
import { checkOutCart } from '../../../tools/shop/trading/check-out-cart.js';
import {
  awaitOutcome,
  cancel,
  type TradingContext,
  type Customer,
  type PlacedOrder,
} from '../../../tools/shop/trading/place-order.js';
import type { SeededRandom } from '../../../tools/shop/retail/seeded-random.js';
import { requestsAbout } from '../../services/index.js';
import type { Goods } from './goods.js';

/** Payment methods and their shares in percent. Methods without a response are left to the scenarios that need them. */
const methods: readonly (readonly [method: string, share: number])[] = [
  ['sim_ok', 76],
  ['sim_declined', 8],
  ['sim_flaky', 6],
  ['sim_lost', 6],
  ['sim_slow', 4],
];
const shareByCart = 0.25;
const shareCancelledAtOnce = 0.05;
const shareCancelledLater = 0.05;

const address = { name: 'Ada', line1: '1 High Street', city: 'London', postcode: 'N1 1AA', country: 'GB' };

export interface Purchase {
  readonly lines: readonly { readonly productId: string; readonly quantity: number }[];
  readonly total: number;
  readonly method: string;
}

/** Places orders, waits for their outcomes, and cancels some of them. */
export class Buyer {
  constructor(
    readonly customer: Customer,
    private readonly trading: TradingContext,
    private readonly goods: readonly Goods[],
    private readonly random: SeededRandom,
  ) {}

  /** Places one order and waits for its outcome. `accepted` is called when the shop has accepted it. */
  async buy(accepted: (order: PlacedOrder) => void): Promise<PlacedOrder> {
    const purchase = this.randomPurchase();
    const since = performance.now();
    const order = await (this.random.fraction() < shareByCart ? this.#checkOut(purchase) : this.place(purchase));
    accepted(order);
    const draw = this.random.fraction();
    if (draw < shareCancelledAtOnce) await cancel(this.trading, this.customer, order);
    else {
      await awaitOutcome(this.trading, this.customer, order, since);
      if (order.status === 'confirmed') await this.#requestAbout(order);
      if (draw < shareCancelledAtOnce + shareCancelledLater && order.status === 'confirmed')
        await cancel(this.trading, this.customer, order);
    }
    return order;
  }

  /** Sends the requests about a confirmed order that the services declare. */
  async #requestAbout({ orderId }: PlacedOrder): Promise<void> {
    for (const { path, body } of requestsAbout(orderId))
      await this.account.call({
        op: 'about-order',
        method: 'POST',
        path,
        headers: { 'idempotency-key': randomUUID() },
        body,
        expect: [200, 201, 202],
      });
  }

  /** Places a random order without waiting for its outcome. */
  placeAny(): Promise<PlacedOrder> {
    return this.place(this.randomPurchase());
  }

  /** Waits for the outcome. Throws when there is none before the timeout. */
  async waitForOutcome(order: PlacedOrder): Promise<PlacedOrder> {
    await awaitOutcome(this.trading, this.customer, order, performance.now());
    if (order.status === 'pending' || order.status === 'cancelling')
      throw new Error(`the order ${order.orderId} is still ${order.status}`);
    return order;
  }

  /** Requests the cancellation and waits for the outcome. */
  cancel(order: PlacedOrder): Promise<void> {
    return cancel(this.trading, this.customer, order);
  }

  /** Reuses the idempotency key of another purchase and expects 422. */
  async expectKeyRejected(purchase: Purchase, key: string): Promise<void> {
    const body = { items: purchase.lines, paymentMethod: purchase.method, shippingAddress: address };
    await this.account.call({
      op: 'reuse-key',
      method: 'POST',
      path: '/orders',
      headers: { 'idempotency-key': key },
      body,
      expect: [422],
    });
  }

  /** `POST /orders` with one idempotency key, retried until it is answered. */
  async place(purchase: Purchase, key: string = randomUUID()): Promise<PlacedOrder> {
    const { userId } = this.customer;
    const { total } = purchase;
    const { body } = await this.account.call<{ orderId: string }>({
      op: 'checkout',
      method: 'POST',
      path: '/orders',
      headers: { 'idempotency-key': key },
      body: { items: purchase.lines, paymentMethod: purchase.method, shippingAddress: address },
      facts: { key, userId, total },
      expect: [202],
    });
    return this.#accepted({ key, userId, orderId: body.orderId, total });
  }

  async #checkOut({ lines, total, method }: Purchase): Promise<PlacedOrder> {
    const { userId } = this.customer;
    const { orderId, key } = await checkOutCart(this.account, {
      lines,
      total,
      paymentMethod: method,
      shippingAddress: address,
      facts: { userId, total },
    });
    return this.#accepted({ key, userId, orderId, total });
  }

  #accepted(order: { key: string; userId: string; orderId: string; total: number }): PlacedOrder {
    const { orderId, total } = order;
    this.trading.history.write('outcome', { op: 'checkout', ...order, status: 'accepted' });
    return { orderId, total, invoiced: total, status: 'pending', wasConfirmed: false };
  }

  /** A random purchase: one to three articles and a payment method. */
  randomPurchase(): Purchase {
    const picked = this.random.pick(1 + Math.floor(this.random.fraction() * 3), this.goods);
    const lines = picked.map(({ productId, price }) => ({
      productId,
      price,
      quantity: 1 + Math.floor(this.random.fraction() * 3),
    }));
    let share = this.random.fraction() * 100;
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
