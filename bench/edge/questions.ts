import { randomUUID } from 'node:crypto';
import type { Shop } from '../../tools/platform/shop/shop.js';
import type { Product } from '../ground/contestant.js';
import { urlOf } from '../shop/enter.js';

/** What is asked again and again, of the gateway or of the service itself. */
export interface Question {
  readonly name: string;
  readonly service: 'product' | 'order';
  readonly path: string;
  readonly needsToken: boolean;
  /** The one right answer, to the letter: nothing changes in the shop while it is asked. */
  readonly answer: string;
}

const pageSize = 20;
const shippingAddress = {
  name: 'Ada Lovelace',
  line1: '12 St James’s Square',
  city: 'London',
  postcode: 'SW1Y 4JH',
  country: 'GB',
};

/** A page of products, one product, and the order of somebody who is logged in, whose outcome is waited for. Throws where an answer is not what the shop was given. */
export async function questionsOf(
  shop: Shop,
  products: readonly Product[],
  productIds: readonly string[],
  token: string,
): Promise<Question[]> {
  const orderId = await placeOrder(shop, productIds[0]!, token);
  return [
    await question(
      shop,
      {
        name: `a page of ${pageSize} products`,
        service: 'product',
        path: `/products?limit=${pageSize}`,
        needsToken: false,
      },
      token,
      (answer) => {
        const { items } = answer as { items: readonly { id: string; sku: string }[] };
        const bySku = new Map(products.map(({ sku }, index) => [sku, productIds[index]]));
        return items.length === pageSize && items.every(({ id, sku }) => bySku.get(sku) === id);
      },
    ),
    await question(
      shop,
      { name: 'one product', service: 'product', path: `/products/${productIds[1]}`, needsToken: false },
      token,
      (answer) => {
        const { id, sku, price } = answer as { id: string; sku: string; price: { amount: number } };
        return id === productIds[1] && sku === products[1]!.sku && price.amount === products[1]!.price.amount;
      },
    ),
    await question(
      shop,
      { name: 'an order, with a token', service: 'order', path: `/orders/${orderId}`, needsToken: true },
      token,
      (answer) => {
        const { id, status } = answer as { id: string; status: string };
        return id === orderId && status === 'confirmed';
      },
    ),
  ];
}

async function question(
  shop: Shop,
  about: Omit<Question, 'answer'>,
  token: string,
  isRight: (answer: unknown) => boolean,
): Promise<Question> {
  const response = await fetch(`${urlOf(shop, about.service)}${about.path}`, {
    headers: about.needsToken ? { authorization: `Bearer ${token}` } : {},
  });
  const answer = await response.text();
  if (response.status !== 200 || !isRight(JSON.parse(answer)))
    throw new Error(`${about.service} answered ${about.path} with ${response.status} ${answer.slice(0, 300)}`);
  return { ...about, answer };
}

async function placeOrder({ gatewayUrl }: Shop, productId: string, token: string): Promise<string> {
  const authorization = `Bearer ${token}`;
  const placed = await fetch(`${gatewayUrl}/orders`, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json', 'idempotency-key': randomUUID() },
    body: JSON.stringify({ items: [{ productId, quantity: 1 }], paymentMethod: 'sim_ok', shippingAddress }),
  });
  if (placed.status !== 202) throw new Error(`an order was answered with ${placed.status} ${await placed.text()}`);
  const { orderId } = (await placed.json()) as { orderId: string };
  await (await fetch(`${gatewayUrl}/orders/${orderId}`, { headers: { authorization, prefer: 'wait=30' } })).text();
  return orderId;
}
