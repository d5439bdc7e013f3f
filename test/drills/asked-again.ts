import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { Account } from '../../tools/shop/play/account.js';
import { pounds, type Page } from '../../tools/shop/play/api.js';
import { fillCart } from '../../tools/shop/play/fill-cart.js';
import { GatewayClient } from '../../tools/shop/play/gateway-client.js';
import { openHistory, type History } from '../../tools/shop/play/history.js';
import { addGoods } from '../faults/load/goods.js';
import type { Customer } from '../../tools/shop/play/place-order.js';
import { register } from '../faults/load/load.js';
import type { Ground } from './ground.js';

interface Asked<T = object> {
  readonly who: Account;
  readonly path: string;
  readonly key: string;
  readonly body: object;
  readonly otherBody: object;
  readonly answer: T;
}

const line1 = '1 Harbour Street';
const shippingAddress = { name: 'Ann Lee', line1, city: 'Bristol', postcode: 'BS1 1AA', country: 'GB' };

/**
 * Requests with an idempotency key to every service that keeps them, and their answers. Whatever the shop has lost since then, each
 * must be answered so again, and refused under another body; and what was sealed must still be read by those who keep it.
 */
export class AskedAgain {
  private constructor(
    /** What the buyer was answered. The trade has another history: its audit knows nothing of orders that drills lose. */
    readonly historyFile: string,
    private readonly client: GatewayClient,
    private readonly history: History,
    private readonly buyer: Customer,
    private readonly asked: readonly Asked[],
    private readonly orders: readonly string[],
    private readonly wish: object,
  ) {}

  static async begin({ shop }: Ground): Promise<AskedAgain> {
    const historyFile = join(shop.state.path, 'asked-again.jsonl');
    const history = openHistory(historyFile);
    const client = new GatewayClient({ url: shop.gatewayUrl, connections: 4, history, patience: 60_000 });
    const admin = await Account.logIn(client, shop.admin);
    const buyer = await register(client, `asks-again-${Date.now().toString(36)}`);
    const [article] = await addGoods(admin, `asked-again-${Date.now().toString(36)}`, 1);
    const items = [{ productId: article!.productId, quantity: 2 }];
    const wish = { paymentMethod: 'sim_ok', shippingAddress };
    const total = 2 * article!.price;
    await fillCart(buyer.account, items, total);
    const checkedOut = await ask<{ orderId: string }>(
      buyer.account,
      '/cart/checkout',
      { ...wish, expectedTotal: pounds(total) },
      wish,
    );
    const placed = await ask<{ orderId: string }>(
      buyer.account,
      '/orders',
      { ...wish, items },
      { ...wish, items: [{ ...items[0]!, quantity: 3 }] },
    );
    const orders = [checkedOut, placed].map(({ answer }) => answer.orderId);
    for (const id of orders)
      await buyer.account.call({
        op: 'follow',
        method: 'GET',
        path: `/orders/${id}`,
        headers: { prefer: 'wait=20' },
        expect: [200],
      });
    const { body: payments } = await admin.call<Page<{ id: string }>>({
      op: 'read-payments',
      method: 'GET',
      path: `/payments?orderId=${orders[0]}`,
      expect: [200],
    });
    const give = (pence: number) => ({ amount: pounds(pence), reason: 'a scratch' });
    const granted = await ask(admin, `/payments/${payments.items[0]!.id}/refunds`, give(1), give(2));
    const asked = new AskedAgain(historyFile, client, history, buyer, [checkedOut, placed, granted], orders, {
      ...wish,
      items,
    });
    await asked.place(1);
    return asked;
  }

  /** Further orders, accepted by the order service itself and written into the history; gives their ids. */
  async place(count: number): Promise<string[]> {
    const { account, userId } = this.buyer;
    const ids: string[] = [];
    for (let number = 0; number < count; number++) {
      const key = randomUUID();
      const about = { key, userId };
      const { body } = await account.call<{ orderId: string }>({
        op: 'checkout',
        method: 'POST',
        path: '/orders',
        headers: { 'idempotency-key': key },
        body: this.wish,
        about,
        expect: [202],
      });
      this.history.write('outcome', { op: 'checkout', ...about, orderId: body.orderId, status: 'accepted' });
      ids.push(body.orderId);
    }
    await this.history.flush();
    return ids;
  }

  /** Throws, naming what is answered otherwise. */
  async check(): Promise<void> {
    for (const asked of this.asked) {
      const { replayed, status, body } = await send(asked, asked.body, [200, 201, 202]);
      if (!replayed || !isDeepStrictEqual(body, asked.answer)) {
        throw new Error(
          `POST ${asked.path}, sent once more, is answered ${status} ${JSON.stringify(body)}${replayed ? '' : ' as something new'}, in place of ${JSON.stringify(asked.answer)}`,
        );
      }
      await send(asked, asked.otherBody, [422]);
    }
    for (const id of this.orders) {
      const { body } = await this.buyer.account.call<{ shippingAddress?: { line1?: string } | null }>({
        op: 'read-order',
        method: 'GET',
        path: `/orders/${id}`,
        expect: [200],
      });
      if (body.shippingAddress?.line1 !== line1)
        throw new Error(`the address of the order ${id} can't be read any more: ${JSON.stringify(body)}`);
    }
  }

  async close(): Promise<void> {
    await this.client.close();
    await this.history.close();
  }
}

const send = ({ who, path, key }: Pick<Asked, 'who' | 'path' | 'key'>, body: object, expect: readonly number[]) =>
  who.call<object>({ op: 'ask', method: 'POST', path, headers: { 'idempotency-key': key }, body, expect });

async function ask<T extends object = object>(
  who: Account,
  path: string,
  body: object,
  otherBody: object,
): Promise<Asked<T>> {
  const about = { who, path, key: randomUUID(), body, otherBody };
  return { ...about, answer: (await send(about, body, [201, 202])).body as T };
}
