import { Account } from '../../../tools/shop/play/account.js';
import { atOnce } from '../../../tools/shop/play/at-once.js';
import { GatewayClient } from '../../../tools/shop/play/gateway-client.js';
import { openHistory, type History } from '../../../tools/shop/play/history.js';
import type { Customer } from '../../../tools/shop/play/place-order.js';
import { chanceOf } from '../../../tools/shop/retail/chance.js';
import { Buyer } from './buyer.js';
import { addGoods, type Goods } from './goods.js';

export interface LoadOptions {
  readonly gatewayUrl: string;
  readonly admin: { readonly email: string; readonly password: string };
  /** Every call is appended here as JSON lines (invoke, ok, fail, indeterminate, outcome), for the audit. */
  readonly historyFile: string;
  readonly seed: number;
  /** Who buys side by side; each waits for one order before the next. Default 8. */
  readonly buyers?: number;
  /** Articles in the shop; default 40, every tenth of them scarce. */
  readonly articles?: number;
  /** How long one call, and one order, may take while the shop can't be reached, in seconds; default 150. */
  readonly patience?: number;
  readonly say: (line: string) => void;
}

export interface LoadCounts {
  /** Answered 202. */
  accepted: number;
  /** Seen with an outcome by their buyer. */
  settled: number;
  confirmed: number;
  /** What the shop must never answer, each with what it was. */
  readonly mishaps: string[];
}

/** Buyers who talk only HTTP with the gateway, and write down what they saw. Started and stopped any number of times. */
export class Load {
  readonly counts: LoadCounts = { accepted: 0, settled: 0, confirmed: 0, mishaps: [] };
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
    const { gatewayUrl, admin, seed, say } = options;
    const history = openHistory(options.historyFile);
    const patience = 1_000 * (options.patience ?? 150);
    const client = new GatewayClient({ url: gatewayUrl, connections: 64, history, patience });
    const name = `load-${seed}-${Date.now().toString(36)}`;
    const boss = await Account.logIn(client, admin);
    const goods = await addGoods(boss, name, options.articles ?? 40);
    const counter = { ids: new Map<string, string>(), history, patience };
    const buyers: Buyer[] = [];
    await atOnce(
      2,
      Array.from({ length: options.buyers ?? 8 }, (_, index) => index),
      async (index) => {
        buyers.push(
          new Buyer(await register(client, `${name}-${index}`), counter, goods, chanceOf(seed, `buyer ${index}`)),
        );
      },
    );
    say(`load: ${goods.length} articles, ${buyers.length} buyers`);
    return new Load(client, history, boss, buyers, goods);
  }

  /** Goes on buying until `stop`. `pace`: milliseconds that a buyer lets pass between two orders. */
  start(pace = 0): void {
    if (!this.#stopping) return;
    this.#stopping = false;
    this.#pace = pace;
    this.#running = Promise.all(this.buyers.map((buyer) => this.#keepBuying(buyer)));
  }

  /** No new orders; resolves when each has its outcome, or its buyer's patience is at its end. */
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

  async #keepBuying(buyer: Buyer): Promise<void> {
    while (!this.#stopping) {
      try {
        const { status } = await buyer.buy(() => this.counts.accepted++);
        if (status !== 'pending' && status !== 'cancelling') this.counts.settled++;
        else this.counts.mishaps.push(`an order stayed ${status} to the end of its buyer's patience`);
        if (status === 'confirmed') this.counts.confirmed++;
      } catch (error) {
        this.counts.mishaps.push(error instanceof Error ? error.message : String(error));
        if (this.counts.mishaps.length > 200) throw error;
      }
      if (this.#pace > 0) await new Promise((resolve) => setTimeout(resolve, this.#pace));
    }
  }
}

/** A new person with an account of his own, logged in. */
export async function register(client: GatewayClient, name: string): Promise<Customer> {
  const { account, userId } = await Account.open(client, {
    email: `${name}@buyers.example`,
    password: `correct-horse-${name}`,
    name: 'Ada',
  });
  return { account, userId, name: 'Ada' };
}
