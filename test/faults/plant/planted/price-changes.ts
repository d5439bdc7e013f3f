import { pounds } from '../../../../tools/shop/play/api.js';
import type { Scene } from './scene.js';

/** Gives the first article another price: each change is one more message of its key. */
export async function reprice(
  { load, shop }: Scene,
  token: string,
  price: number,
  at: string = shop.gatewayUrl,
): Promise<void> {
  const answer = await fetch(`${at}/products/${load.goods[0]!.productId}`, {
    method: 'PATCH',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ price: pounds(price) }),
  });
  if (!answer.ok) throw new Error(`a price can't be changed: ${answer.status} ${await answer.text()}`);
}

/** For those who go past the gateway. */
export async function adminToken({ shop }: Scene): Promise<string> {
  const answer = await fetch(`${shop.gatewayUrl}/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(shop.admin),
  });
  return ((await answer.json()) as { accessToken: string }).accessToken;
}
