import { randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { Account } from '../../../tools/shop/trading/account.js';
import { GatewayClient } from '../../../tools/shop/trading/gateway-client.js';
import { openHistory, type History } from '../../../tools/shop/trading/history.js';
import { addGoods, type Goods } from '../../faults/load/goods.js';
import type { DrillEnvironment } from '../environment.js';

/** A person whose texts are nowhere else. */
export interface Canary {
  readonly userId: string;
  readonly email: string;
  readonly password: string;
  readonly name: string;
  readonly street: string;
}

const newCanary = (): Omit<Canary, 'userId'> => {
  const mark = randomBytes(6).toString('hex');
  return {
    email: `canary-${mark}@people.example`,
    password: `correct-horse-${mark}`,
    name: `Canary ${mark}`,
    street: `1 Cage Street ${mark}`,
  };
};

/** People who trade at a shop, and leave it. */
export class Canaries {
  readonly #people: Canary[] = [];

  private constructor(
    private readonly client: GatewayClient,
    private readonly history: History,
    private readonly goods: Goods,
  ) {}

  static async open({ shop }: DrillEnvironment): Promise<Canaries> {
    const history = openHistory(join(shop.state.path, 'canaries.jsonl'));
    const client = new GatewayClient({ url: shop.gatewayUrl, connections: 4, history, timeoutMs: 60_000 });
    const [goods] = await addGoods(await Account.logIn(client, shop.admin), `canaries-${Date.now().toString(36)}`, 1);
    return new Canaries(client, history, goods!);
  }

  get people(): readonly Canary[] {
    return this.#people;
  }

  /** One more person, with a confirmed order. */
  async trade(): Promise<void> {
    const person = newCanary();
    const { account, userId } = await Account.register(this.client, person);
    this.#people.push({ ...person, userId });
    const { name, street: line1 } = person;
    const { body } = await account.call<{ orderId: string }>({
      op: 'checkout',
      method: 'POST',
      path: '/orders',
      headers: { 'idempotency-key': randomUUID() },
      body: {
        items: [{ productId: this.goods.productId, quantity: 1 }],
        paymentMethod: 'sim_ok',
        shippingAddress: { name, line1, city: 'Bristol', postcode: 'BS1 1AA', country: 'GB' },
      },
      expect: [202],
    });
    const order = await account.call<{ status: string }>({
      op: 'follow',
      method: 'GET',
      path: `/orders/${body.orderId}`,
      headers: { prefer: 'wait=20' },
      expect: [200],
    });
    if (order.body.status !== 'confirmed') throw new Error(`the order of a canary is ${order.body.status}`);
  }

  /** Registers a person who stays: one more record on `user.data-keys`. */
  async registerOther(): Promise<void> {
    await Account.register(this.client, newCanary());
  }

  async leave(): Promise<void> {
    for (const person of this.#people) {
      const account = await Account.logIn(this.client, person);
      await account.call({ op: 'forget', method: 'DELETE', path: '/users/me', expect: [202, 204] });
    }
  }

  async close(): Promise<void> {
    await this.client.close();
    await this.history.close();
  }
}
