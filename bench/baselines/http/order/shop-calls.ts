import { Injectable } from '@nestjs/common';
import { setting } from '../../../ground/connections.js';
import type { OrderEntity } from '../../nest-shop/order.entity.js';

/** What the order service asks the others, over HTTP. Each rejects where the answer is neither yes nor no. */
@Injectable()
export class ShopCalls {
  readonly #product = setting('PRODUCT_URL');
  readonly #payment = setting('PAYMENT_URL');

  reserve({ orderId, lines }: OrderEntity): Promise<boolean> {
    return this.#ask('POST', `${this.#product}/reservations`, 409, {
      orderId,
      lines: lines.map(({ productId, quantity }) => ({ productId, quantity })),
    });
  }

  capture({ orderId, total, paymentMethod }: OrderEntity): Promise<boolean> {
    return this.#ask('POST', `${this.#payment}/payments`, 402, { orderId, amount: total, method: paymentMethod });
  }

  async release({ orderId }: OrderEntity): Promise<void> {
    await this.#ask('DELETE', `${this.#product}/reservations/${orderId}`, undefined);
  }

  async #ask(method: string, url: string, no: number | undefined, body?: object): Promise<boolean> {
    const response = await fetch(url, {
      method,
      ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    await response.arrayBuffer(); // or the connection is not free again
    if (response.ok) return true;
    if (response.status === no) return false;
    throw new Error(`${method} ${url} answered ${response.status}`);
  }
}
