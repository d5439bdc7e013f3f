import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { Account } from '../../tools/shop/trading/account.js';
import { pounds, type Page } from '../../tools/shop/trading/api.js';
import { fillCart } from '../../tools/shop/trading/fill-cart.js';
import { GatewayClient } from '../../tools/shop/trading/gateway-client.js';
import { openHistory, type History } from '../../tools/shop/trading/history.js';
import { requestsAbout } from '../services/index.js';
import { addGoods } from '../faults/load/goods.js';
import type { Customer } from '../../tools/shop/trading/place-order.js';
import { register } from '../faults/load/load.js';
import type { DrillEnvironment } from './environment.js';

interface SentRequest<T = object> {
  readonly account: Account;
  readonly path: string;
  readonly key: string;
  readonly body: object;
  readonly otherBody: object;
  readonly response: T;
}

const line1 = '1 Harbour Street';
const shippingAddress = { name: 'Ann Lee', line1, city: 'Bristol', postcode: 'BS1 1AA', country: 'GB' };

/**
 * Requests with an idempotency key to every service that stores them, with their responses. After a recovery, each must get the same
 * response again and a rejection for another body, and sealed data must still be readable.
 */
export class RepeatedRequests {
  private constructor(
    /** The responses to the buyer. Trading has another history file, because its audit must not know the orders that drills lose. */
    readonly historyFile: string,
    private readonly client: GatewayClient,
    private readonly history: History,
    private readonly buyer: Customer,
    private readonly sent: readonly SentRequest[],
    private readonly orders: readonly string[],
    private readonly orderBody: object,
  ) {}

  static async send({ shop }: DrillEnvironment): Promise<RepeatedRequests> {
    const historyFile = join(shop.state.path, 'repeated-requests.jsonl');
    const history = openHistory(historyFile);
    const client = new GatewayClient({ url: shop.gatewayUrl, connections: 4, history, timeoutMs: 60_000 });
    const admin = await Account.logIn(client, shop.admin);
    const buyer = await register(client, `repeats-${Date.now().toString(36)}`);
    const [article] = await addGoods(admin, `repeated-requests-${Date.now().toString(36)}`, 1);
    const items = [{ productId: article!.productId, quantity: 2 }];
    const purchase = { paymentMethod: 'sim_ok', shippingAddress };
    const total = 2 * article!.price;
    await fillCart(buyer.account, items, total);
    const checkedOut = await send<{ orderId: string }>(
      buyer.account,
      '/cart/checkout',
      { ...purchase, expectedTotal: pounds(total) },
      purchase,
    );
    const placed = await send<{ orderId: string }>(
      buyer.account,
      '/orders',
      { ...purchase, items },
      { ...purchase, items: [{ ...items[0]!, quantity: 3 }] },
    );
    const orders = [checkedOut, placed].map(({ response }) => response.orderId);
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
    const refundOf = (pence: number) => ({ amount: pounds(pence), reason: 'damaged' });
    const refund = await send(admin, `/payments/${payments.items[0]!.id}/refunds`, refundOf(1), refundOf(2));
    const sent: SentRequest[] = [checkedOut, placed, refund];
    for (const { path, body, otherBody } of requestsAbout(orders[1]!))
      sent.push(await send(buyer.account, path, body, otherBody));
    const requests = new RepeatedRequests(historyFile, client, history, buyer, sent, orders, { ...purchase, items });
    await requests.place(1);
    return requests;
  }

  /** Places more orders at the order service, records them in the history, and returns their ids. */
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
        body: this.orderBody,
        facts: about,
        expect: [202],
      });
      this.history.write('outcome', { op: 'checkout', ...about, orderId: body.orderId, status: 'accepted' });
      ids.push(body.orderId);
    }
    await this.history.flush();
    return ids;
  }

  /** Repeats all requests. Throws when a response differs. */
  async repeat(): Promise<void> {
    for (const request of this.sent) {
      const { replayed, status, body } = await call(request, request.body, [200, 201, 202]);
      if (!replayed || !isDeepStrictEqual(body, request.response)) {
        throw new Error(
          `POST ${request.path}, repeated: ${status} ${JSON.stringify(body)}${replayed ? '' : ', not replayed'}; expected ${JSON.stringify(request.response)}`,
        );
      }
      await call(request, request.otherBody, [422]);
    }
    for (const id of this.orders) {
      const { body } = await this.buyer.account.call<{ shippingAddress?: { line1?: string } | null }>({
        op: 'read-order',
        method: 'GET',
        path: `/orders/${id}`,
        expect: [200],
      });
      if (body.shippingAddress?.line1 !== line1)
        throw new Error(`the address of order ${id} cannot be read: ${JSON.stringify(body)}`);
    }
  }

  async close(): Promise<void> {
    await this.client.close();
    await this.history.close();
  }
}

const call = (
  { account, path, key }: Pick<SentRequest, 'account' | 'path' | 'key'>,
  body: object,
  expect: readonly number[],
) => account.call<object>({ op: 'repeat', method: 'POST', path, headers: { 'idempotency-key': key }, body, expect });

async function send<T extends object = object>(
  account: Account,
  path: string,
  body: object,
  otherBody: object,
): Promise<SentRequest<T>> {
  const request = { account, path, key: randomUUID(), body, otherBody };
  return { ...request, response: (await call(request, body, [201, 202])).body as T };
}
