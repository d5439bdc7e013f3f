import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { kafkaClient, type IncomingRecord, type KafkaClient, type Tail } from '@tradewind/messaging';
import { Pool } from 'undici';
import type { Contestant, Product } from '../ground/contestant.js';
import { orders } from './orders.js';

/** Connections to the shop. */
const connections = 256;
/** Milliseconds between looks at how many orders are due. */
const tick = 5;
/** Milliseconds until a buyer who was sent away comes again. */
const comeAgain = 500;
const shippingAddress = {
  name: 'Ada Lovelace',
  line1: '12 St James’s Square',
  city: 'London',
  postcode: 'SW1Y 4JH',
  country: 'GB',
};

export interface Placed {
  /** Milliseconds of `performance.now`: when the call was made, answered, and its order had its outcome. */
  readonly from: number;
  accepted: number | undefined;
  settled: number | undefined;
}

/** Buyers of a shop under measurement: they post orders, and hear from its topic how each has ended. */
export class Load {
  readonly #orders = orders(4_711);
  readonly #pool: Pool;
  readonly #path: string;
  readonly #placed: Placed[] = [];
  readonly #byOrder = new Map<string, Placed>();
  /** Outcomes that came before the answer to the call. */
  readonly #early = new Map<string, number>();
  #broken: Error | undefined;
  #calls = 0;
  /** Calls that were answered 503. */
  sentAway = 0;
  settled = 0;
  confirmed = 0;

  private constructor(
    private readonly contestant: Contestant,
    private readonly products: readonly Product[],
    private readonly kafka: KafkaClient,
    private tail: Tail | undefined,
  ) {
    const url = new URL(contestant.ordersUrl);
    this.#path = url.pathname;
    this.#pool = new Pool(url.origin, { connections, headersTimeout: 60_000, bodyTimeout: 60_000 });
  }

  /** Buyers hear nothing of what was told before they came. */
  static async open(contestant: Contestant, products: readonly Product[], brokers: string): Promise<Load> {
    const load = new Load(
      contestant,
      products,
      kafkaClient({ brokers: brokers.split(','), clientId: 'bench' }),
      undefined,
    );
    if (contestant.outcomes !== undefined) {
      load.tail = await load.kafka.tail({
        topics: [contestant.outcomes],
        onRecords: (records) => load.#hear(records),
        onDead: (error) => (load.#broken = error),
      });
      await load.tail.caughtUp;
      load.#early.clear();
      [load.settled, load.confirmed] = [0, 0];
    }
    return load;
  }

  get placed(): readonly Placed[] {
    return this.#placed;
  }

  /** Keeps so many orders without an outcome, for so long. */
  async closed(outstanding: number, milliseconds: number): Promise<void> {
    const end = performance.now() + milliseconds;
    for (let now = performance.now(); now < end; now = performance.now()) {
      this.#check();
      for (let open = this.#placed.length - this.settled; open < outstanding; open++) void this.#place();
      await pause(tick);
    }
  }

  /** So many orders a second, whatever becomes of them, for so long. */
  async open(perSecond: number, milliseconds: number): Promise<void> {
    const since = performance.now();
    for (let count = 0, passed = 0; passed < milliseconds; passed = performance.now() - since) {
      this.#check();
      for (; count < (passed / 1_000) * perSecond; count++) void this.#place();
      await pause(1);
    }
  }

  /** So many at once. */
  burst(count: number): void {
    for (let placed = 0; placed < count; placed++) void this.#place();
  }

  /** Resolves when every order has its outcome. Throws when none comes any more for half a minute. */
  async settle(): Promise<void> {
    for (let [before, since] = [-1, 0]; this.settled < this.#placed.length;) {
      this.#check();
      if (this.settled !== before) [before, since] = [this.settled, performance.now()];
      else if (performance.now() - since > 30_000)
        throw new Error(
          `${this.#placed.length - this.settled} of ${this.#placed.length} orders have no outcome after half a minute without any`,
        );
      await pause(tick);
    }
  }

  async close(): Promise<void> {
    await this.#pool.destroy();
    await this.tail?.close();
    await this.kafka.close();
  }

  #check(): void {
    if (this.#broken) throw this.#broken;
  }

  async #place(): Promise<void> {
    const placed: Placed = { from: performance.now(), accepted: undefined, settled: undefined };
    this.#placed.push(placed);
    try {
      await this.#post(placed);
    } catch (error) {
      this.#broken ??= error as Error;
    }
  }

  async #post(placed: Placed): Promise<void> {
    const { items, paymentMethod } = this.#orders.next().value;
    const { productIds = this.products.map(({ productId }) => productId), tokens = [] } = this.contestant;
    const token = tokens[this.#calls++ % tokens.length];
    const { statusCode, text } = await this.#persist({
      headers: {
        'content-type': 'application/json',
        'idempotency-key': randomUUID(),
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify({
        items: items.map(({ product, quantity }) => ({ productId: productIds[product]!, quantity })),
        paymentMethod,
        shippingAddress,
      }),
    });
    placed.accepted = performance.now();
    if (statusCode !== 202 && statusCode !== 201)
      throw new Error(`${this.contestant.name} answered an order with ${statusCode} ${text.slice(0, 300)}`);
    const { orderId, status } = JSON.parse(text) as { readonly orderId: string; readonly status?: string };
    if (statusCode === 201) return this.#settle(placed, status === 'confirmed', placed.accepted);
    const early = this.#early.get(orderId);
    if (early === undefined) return void this.#byOrder.set(orderId, placed);
    this.#early.delete(orderId);
    placed.settled = early;
  }

  /** Whoever is told that the shop has no time for him comes again, with the same key. */
  async #persist(call: {
    readonly headers: Record<string, string>;
    readonly body: string;
  }): Promise<{ readonly statusCode: number; readonly text: string }> {
    for (;;) {
      const { statusCode, body } = await this.#pool.request({ method: 'POST', path: this.#path, ...call });
      const text = await body.text();
      if (statusCode !== 503) return { statusCode, text };
      this.sentAway++;
      await pause(comeAgain);
    }
  }

  #hear(records: readonly IncomingRecord[]): void {
    const at = performance.now();
    for (const { key, headers } of records) {
      const type = headers['ce_type'];
      if (key === null || (type !== 'order.confirmed' && type !== 'order.rejected')) continue;
      const placed = this.#byOrder.get(key);
      this.#byOrder.delete(key);
      if (placed) this.#settle(placed, type === 'order.confirmed', at);
      else {
        this.#early.set(key, at);
        this.#settle(undefined, type === 'order.confirmed', at);
      }
    }
  }

  #settle(placed: Placed | undefined, confirmed: boolean, at: number): void {
    if (placed) placed.settled = at;
    this.settled++;
    if (confirmed) this.confirmed++;
  }
}
