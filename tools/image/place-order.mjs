import { CommandError } from '../platform/preflight/command-error.mjs';

/** Registers a buyer, fills a cart, checks out and waits for the outcome, as a client of the public API. Throws unless the order is confirmed. */
export async function placeOrder(gateway) {
  const call = async (path, { token, body, headers = {}, method = body ? 'POST' : 'GET' } = {}) => {
    const response = await fetch(`${gateway}${path}`, {
      method,
      headers: {
        ...(body && { 'content-type': 'application/json' }),
        ...(token && { authorization: `Bearer ${token}` }),
        ...headers,
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    const answer = await response.json();
    if (!response.ok)
      throw new CommandError(`${method} ${path} answered ${response.status}: ${JSON.stringify(answer)}`);
    return answer;
  };
  const buyer = { email: `ada-${Date.now()}@example.com`, password: 'a-horse-in-the-container' };
  await call('/users', { body: { ...buyer, name: 'Ada' } });
  const { accessToken: token } = await call('/auth/login', { body: buyer });
  const { items } = await call('/products?query=lantern');
  const product = items.find(({ available }) => available > 0);
  if (!product) throw new CommandError('no lantern is left to order');
  await call('/cart/items', { token, body: { productId: product.id, quantity: 1 } });
  const shippingAddress = { name: 'Ada', line1: '1 High Street', city: 'London', postcode: 'N1 1AA', country: 'GB' };
  const { orderId } = await call('/cart/checkout', {
    token,
    body: { paymentMethod: 'sim_ok', shippingAddress },
    headers: { 'idempotency-key': buyer.email },
  });
  const { status } = await call(`/orders/${orderId}`, { token, headers: { prefer: 'wait=30' } });
  if (status !== 'confirmed') throw new CommandError(`the order ${orderId} is ${status}, not confirmed`);
  return status;
}
