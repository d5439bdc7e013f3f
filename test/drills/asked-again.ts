import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { Account } from '../../tools/shop/play/account.js';
import { pounds, type Page } from '../../tools/shop/play/api.js';
import { fillCart } from '../../tools/shop/play/fill-cart.js';
import { GatewayClient } from '../../tools/shop/play/gateway-client.js';
import { noHistory } from '../../tools/shop/play/history.js';
import { addGoods } from '../faults/load/goods.js';
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
    private readonly client: GatewayClient,
    private readonly asked: readonly Asked[],
    private readonly buyer: Account,
    private readonly orders: readonly string[],
  ) {}

  static async begin({ shop }: Ground): Promise<AskedAgain> {
    const client = new GatewayClient({ url: shop.gatewayUrl, connections: 4, history: noHistory, patience: 60_000 });
    const admin = await Account.logIn(client, shop.admin);
    const { account: buyer } = await register(client, `asks-again-${Date.now().toString(36)}`);
    const [article] = await addGoods(admin, `asked-again-${Date.now().toString(36)}`, 1);
    const items = [{ productId: article!.productId, quantity: 2 }];
    const wish = { paymentMethod: 'sim_ok', shippingAddress };
    const total = 2 * article!.price;
    await fillCart(buyer, items, total);
    const checkedOut = await ask<{ orderId: string }>(buyer, '/cart/checkout', { ...wish, expectedTotal: pounds(total) }, wish);
    const placed = await ask<{ orderId: string }>(buyer, '/orders', { ...wish, items }, { ...wish, items: [{ ...items[0]!, quantity: 3 }] });
    const orders = [checkedOut, placed].map(({ answer }) => answer.orderId);
    for (const id of orders) await buyer.call({ op: 'follow', method: 'GET', path: `/orders/${id}`, headers: { prefer: 'wait=20' }, expect: [200] });
    const { body: payments } = await admin.call<Page<{ id: string }>>({ op: 'read-payments', method: 'GET', path: `/payments?orderId=${orders[0]}`, expect: [200] });
    const give = (pence: number) => ({ amount: pounds(pence), reason: 'a scratch' });
    const granted = await ask(admin, `/payments/${payments.items[0]!.id}/refunds`, give(1), give(2));
    return new AskedAgain(client, [checkedOut, placed, granted], buyer, orders);
  }

  /** Throws, naming what is answered otherwise. */
  async check(): Promise<void> {
    for (const asked of this.asked) {
      const { replayed, status, body } = await send(asked, asked.body, [200, 201, 202]);
      if (!replayed || !isDeepStrictEqual(body, asked.answer)) {
        throw new Error(`POST ${asked.path}, sent once more, is answered ${status} ${JSON.stringify(body)}${replayed ? '' : ' as something new'}, in place of ${JSON.stringify(asked.answer)}`);
      }
      await send(asked, asked.otherBody, [422]);
    }
    for (const id of this.orders) {
      const { body } = await this.buyer.call<{ shippingAddress?: { line1?: string } | null }>({ op: 'read-order', method: 'GET', path: `/orders/${id}`, expect: [200] });
      if (body.shippingAddress?.line1 !== line1) throw new Error(`the address of the order ${id} can't be read any more: ${JSON.stringify(body)}`);
    }
  }

  close(): Promise<void> {
    return this.client.close();
  }
}

const send = ({ who, path, key }: Pick<Asked, 'who' | 'path' | 'key'>, body: object, expect: readonly number[]) =>
  who.call<object>({ op: 'ask', method: 'POST', path, headers: { 'idempotency-key': key }, body, expect });

async function ask<T extends object = object>(who: Account, path: string, body: object, otherBody: object): Promise<Asked<T>> {
  const about = { who, path, key: randomUUID(), body, otherBody };
  return { ...about, answer: (await send(about, body, [201, 202])).body as T };
}
