import { pounds } from '../../../tools/shop/trading/api.js';
import type { BugContext } from './bug-context.js';

/** Changes the price of the first product: each change is one more message under its key. */
export async function reprice(
  { load, shop }: BugContext,
  token: string,
  price: number,
  at: string = shop.gatewayUrl,
): Promise<void> {
  const response = await fetch(`${at}/products/${load.goods[0]!.productId}`, {
    method: 'PATCH',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ price: pounds(price) }),
  });
  if (!response.ok) throw new Error(`cannot change a price: ${response.status} ${await response.text()}`);
}

/** An access token, for calls past the gateway. */
export async function adminToken({ shop }: BugContext): Promise<string> {
  const response = await fetch(`${shop.gatewayUrl}/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(shop.admin),
  });
  return ((await response.json()) as { accessToken: string }).accessToken;
}
