import { Account } from '../../../tools/shop/trading/account.js';
import { forEachConcurrently } from '../../../tools/shop/trading/concurrency.js';
import { GatewayClient } from '../../../tools/shop/trading/gateway-client.js';
import { openHistory, type History } from '../../../tools/shop/trading/history.js';
import type { Customer } from '../../../tools/shop/trading/place-order.js';
import { seededRandom } from '../../../tools/shop/retail/seeded-random.js';
import { Buyer } from './buyer.js';
import { addGoods, type Goods } from './goods.js';

export interface LoadOptions {
  readonly gatewayUrl: string;
  readonly admin: { readonly email: string; readonly password: string };
  /** Every call is appended here as JSON lines (invoke, ok, fail, indeterminate, outcome), for the audit. */
  readonly historyFile: string;
  readonly seed: number;
  /** Concurrent buyers; each waits for the outcome of an order before the next order. Default 8. */
  readonly buyers?: number;
  /** Articles in the shop; default 40. The stock of every tenth is small. */
  readonly articles?: number;
  /** Timeout of one call and of one order, in seconds, downtime of the shop included; default 150. */
  readonly timeoutSeconds?: number;
  readonly log: (line: string) => void;
}

export interface LoadCounts {
  /** Answered 202. */
  accepted: number;
  /** Orders whose buyer has seen the outcome. */
  settled: number;
  confirmed: number;
  /** Responses and outcomes that must never happen. */
  readonly errors: string[];
}

/** Buyers that use only the gateway's HTTP API and record what they see. Can be started and stopped any number of times. */
export class Load {
  readonly counts: LoadCounts = { accepted: 0, settled: 0, confirmed: 0, errors: [] };
  #stopping = true;
  #running: Promise<unknown> = Promise.resolve();
  #pace = 0;

  private constructor(
    readonly client: GatewayClient,
    readonly history: History,
    readonly admin: Account,
    readonly buyers: readonly Buyer[],
    readonly goods: readonly Goods[],
  ) {}

  /** Puts goods into the shop and registers the buyers. */
  static async open(options: LoadOptions): Promise<Load> {
    const { gatewayUrl, admin, seed, log } = options;
    const history = openHistory(options.historyFile);
    const timeoutMs = 1_000 * (options.timeoutSeconds ?? 150);
    const client = new GatewayClient({ url: gatewayUrl, connections: 64, history, timeoutMs });
    const name = `load-${seed}-${Date.now().toString(36)}`;
    const adminAccount = await Account.logIn(client, admin);
    const goods = await addGoods(adminAccount, name, options.articles ?? 40);
    const tradingContext = { ids: new Map<string, string>(), history, outcomeTimeoutMs: timeoutMs };
    const buyers: Buyer[] = [];
    await forEachConcurrently(
      2,
      Array.from({ length: options.buyers ?? 8 }, (_, index) => index),
      async (index) => {
        buyers.push(
          new Buyer(
            await register(client, `${name}-${index}`),
            tradingContext,
            goods,
            seededRandom(seed, `buyer ${index}`),
          ),
        );
      },
    );
    log(`load: ${goods.length} articles, ${buyers.length} buyers`);
    return new Load(client, history, adminAccount, buyers, goods);
  }

  /** Buys until `stop`. `pace`: milliseconds between two orders of a buyer. */
  start(pace = 0): void {
    if (!this.#stopping) return;
    this.#stopping = false;
    this.#pace = pace;
    this.#running = Promise.all(this.buyers.map((buyer) => this.#buyUntilStopped(buyer)));
  }

  /** Places no new orders. Resolves when each order has its outcome or its timeout has passed. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#running;
    await this.history.flush();
  }

  async close(): Promise<void> {
    await this.stop();
    await this.client.close();
    await this.history.close();
  }

  async #buyUntilStopped(buyer: Buyer): Promise<void> {
    while (!this.#stopping) {
      try {
        const { status } = await buyer.buy(() => this.counts.accepted++);
        if (status !== 'pending' && status !== 'cancelling') this.counts.settled++;
        else this.counts.errors.push(`an order was still ${status} at its timeout`);
        if (status === 'confirmed') this.counts.confirmed++;
      } catch (error) {
        this.counts.errors.push(error instanceof Error ? error.message : String(error));
        if (this.counts.errors.length > 200) throw error;
      }
      if (this.#pace > 0) await new Promise((resolve) => setTimeout(resolve, this.#pace));
    }
  }
}

/** Registers a new buyer and logs in. */
export async function register(client: GatewayClient, name: string): Promise<Customer> {
  const { account, userId } = await Account.register(client, {
    email: `${name}@buyers.example`,
    password: `correct-horse-${name}`,
    name: 'Ada',
  });
  return { account, userId, name: 'Ada' };
}
