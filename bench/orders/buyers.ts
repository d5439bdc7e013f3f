import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { IncomingRecord, Tail } from '@tradewind/messaging/internals';
import { Pool } from 'undici';
import { connectKafka } from '../environment/kafka.js';
import { atRate } from '../environment/rate.js';
import { orders, products, shippingAddress } from './orders.js';
import type { ShopUnderTest } from './shop-under-test.js';

/** Connections to the shop. */
const connections = 256;
/** Milliseconds between checks how many orders are due, until a call that was answered 503 is repeated, and without any outcome. */
const tick = 5;
const retryDelay = 500;
const settleTimeout = 30_000;

export interface PlacedOrder {
  /** Milliseconds of `performance.now`: when the call started, was answered, and its order had its outcome. */
  readonly from: number;
  accepted: number | undefined;
  settled: number | undefined;
}

/** Buyers of a shop: they post orders, and read the outcomes from its topic. */
export class Buyers {
  readonly placed: PlacedOrder[] = [];
  /** Calls that were answered 503. */
  rejectedCalls = 0;
  settled = 0;
  confirmed = 0;
  readonly #orders = orders(4_711);
  readonly #kafka;
  readonly #pool: Pool;
  readonly #path: string;
  readonly #waiting = new Map<string, PlacedOrder>();
  /** Outcomes that arrived before the answer to the call. */
  readonly #early = new Map<string, number>();
  #tail: Tail | undefined;
  #error: Error | undefined;
  #calls = 0;

  private constructor(
    private readonly shop: ShopUnderTest,
    brokers: string,
  ) {
    const url = new URL(shop.ordersUrl);
    this.#path = url.pathname;
    this.#pool = new Pool(url.origin, { connections, headersTimeout: 60_000, bodyTimeout: 60_000 });
    this.#kafka = connectKafka(brokers);
  }

  /** Ignores outcomes from before. */
  static async open(shop: ShopUnderTest, brokers: string): Promise<Buyers> {
    const buyers = new Buyers(shop, brokers);
    if (shop.outcomesTopic === undefined) return buyers;
    buyers.#tail = await buyers.#kafka.tail({
      topics: [shop.outcomesTopic],
      onRecords: (records) => buyers.#receive(records),
      onFatal: (error) => (buyers.#error = error),
    });
    await buyers.#tail.caughtUp;
    buyers.#early.clear();
    [buyers.settled, buyers.confirmed] = [0, 0];
    return buyers;
  }

  /** Closed loop: keeps a number of orders without an outcome, for some time or until so many orders are placed. */
  async closedLoop(
    outstanding: number,
    { milliseconds = Number.POSITIVE_INFINITY, orders = Number.POSITIVE_INFINITY },
  ): Promise<void> {
    const end = performance.now() + milliseconds;
    while (performance.now() < end && this.placed.length < orders) {
      this.#check();
      this.#placeAll(Math.min(outstanding - (this.placed.length - this.settled), orders - this.placed.length));
      await pause(tick);
    }
  }

  /** Open loop: places orders at a rate, independent of their outcomes. */
  openLoop(perSecond: number, milliseconds: number): Promise<void> {
    return atRate(perSecond, milliseconds, () => {
      this.#check();
      this.#placeAll(1);
    });
  }

  #placeAll(count: number): void {
    for (let placed = 0; placed < count; placed++) this.#place().catch((error: Error) => (this.#error ??= error));
  }

  /** Resolves when every order has its outcome. Rejects after half a minute without an outcome. */
  async settle(): Promise<void> {
    for (let [before, since] = [-1, 0]; this.settled < this.placed.length;) {
      this.#check();
      if (this.settled !== before) [before, since] = [this.settled, performance.now()];
      else if (performance.now() - since > settleTimeout)
        throw new Error(`${this.placed.length - this.settled} of ${this.placed.length} orders have no outcome`);
      await pause(tick);
    }
  }

  async close(): Promise<void> {
    await this.#pool.destroy();
    await this.#tail?.close();
    await this.#kafka.close();
  }

  #check(): void {
    if (this.#error) throw this.#error;
  }

  async #place(): Promise<void> {
    const placed: PlacedOrder = { from: performance.now(), accepted: undefined, settled: undefined };
    this.placed.push(placed);
    const { items, paymentMethod } = this.#orders.next().value;
    const { productIds, tokens = [] } = this.shop;
    const idOf = (product: number): string => productIds?.[product] ?? products[product]!.productId;
    const lines = items.map(({ product, quantity }) => ({ productId: idOf(product), quantity }));
    const token = tokens[this.#calls++ % tokens.length];
    const body = JSON.stringify({ items: lines, paymentMethod, shippingAddress });
    const { statusCode, text } = await this.#post(token, body);
    placed.accepted = performance.now();
    if (statusCode !== 202 && statusCode !== 201)
      throw new Error(`the answer to an order was ${statusCode} ${text.slice(0, 300)}`);
    const { orderId, status } = JSON.parse(text) as { readonly orderId: string; readonly status?: string };
    if (statusCode === 201) return this.#settle(placed, status === 'confirmed', placed.accepted);
    const early = this.#early.get(orderId);
    if (early === undefined) return void this.#waiting.set(orderId, placed);
    this.#early.delete(orderId);
    placed.settled = early;
  }

  /** Repeats a call that was answered 503, with the same key. */
  async #post(
    token: string | undefined,
    body: string,
  ): Promise<{ readonly statusCode: number; readonly text: string }> {
    const headers = {
      'content-type': 'application/json',
      'idempotency-key': randomUUID(),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    };
    for (;;) {
      const response = await this.#pool.request({ method: 'POST', path: this.#path, headers, body });
      const text = await response.body.text();
      if (response.statusCode !== 503) return { statusCode: response.statusCode, text };
      this.rejectedCalls++;
      await pause(retryDelay);
    }
  }

  #receive(records: readonly IncomingRecord[]): void {
    const at = performance.now();
    for (const { key, headers } of records) {
      const type = headers['ce_type'];
      if (key === null || (type !== 'order.confirmed' && type !== 'order.rejected')) continue;
      const placed = this.#waiting.get(key);
      if (!this.#waiting.delete(key)) this.#early.set(key, at);
      this.#settle(placed, type === 'order.confirmed', at);
    }
  }

  #settle(placed: PlacedOrder | undefined, isConfirmed: boolean, at: number): void {
    if (placed) placed.settled = at;
    this.settled++;
    if (isConfirmed) this.confirmed++;
  }
}
