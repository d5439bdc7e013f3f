import { beforeAll, describe, expect, it } from '@jest/globals';
import { roleAllows, staffRoles, type Permission, type StaffRole } from '@tradewind/contracts';
import { eventually } from '@tradewind/testing';
import {
  anAddress,
  aCustomer,
  aProduct,
  logIn,
  placeOrderAndWait,
  pounds,
  putInCart,
  staffOf,
  type Customer,
} from '../api/customers.js';
import type { Cart, Order, Page, Product, Profile } from '../api/responses.js';
import type { ShopFixture } from '../api/fixture.js';
import { serviceParts } from '../../services/index.js';

interface Call {
  readonly method: string;
  readonly path: string;
  readonly body?: object;
}

const aMember = { email: 'matrix@example.com', password: 'a long password', name: 'Max', role: 'viewer' };
const unknown = '01991234-5678-7000-8000-00000000000a';

export const authorization = (fixture: () => ShopFixture): void => {
  let ida: Customer;
  let mallory: Customer;
  let mug: Product;
  let bought: Order;
  beforeAll(async () => {
    const { admin, anonymous } = fixture();
    [ida, mallory, mug] = await Promise.all([aCustomer(anonymous.url), aCustomer(anonymous.url), aProduct(admin)]);
    bought = await placeOrderAndWait(ida, mug);
    await putInCart(ida, mug, 3);
  });

  describe("another customer's order", () => {
    const calls: Call[] = [
      { method: 'GET', path: '' },
      { method: 'GET', path: '/events' },
      { method: 'PATCH', path: '', body: { shippingAddress: anAddress("Mallory's 1") } },
      { method: 'POST', path: '/cancel' },
    ];
    /** The response for the order, and whether it came only after the wait for an order that does not exist yet. */
    const timed = async ({ method, path, body }: Call, orderId: string) => {
      const since = performance.now();
      const { status, body: content } = await mallory.send<object>(method, `/orders/${orderId}${path}`, body);
      return { status, content, waited: performance.now() - since >= 1_900 };
    };
    const responses = new Map<Call, Awaited<ReturnType<typeof timed>>[]>();
    beforeAll(async () => {
      await Promise.all(
        calls.map(async (call) =>
          responses.set(call, await Promise.all([bought.id, unknown].map((orderId) => timed(call, orderId)))),
        ),
      );
    });
    it.each(calls)(
      'gets the same response as an unknown order, after the same time: $method /orders/{id}$path',
      (call) => {
        const [foreign, none] = responses.get(call)!;
        expect(foreign).toMatchObject({ status: 404, content: { type: '/problems/not-found' }, waited: true });
        expect(none).toEqual(foreign);
      },
    );

    it('is not changed by these calls, and is in no other list', async () => {
      expect((await ida.get<Order>(`/orders/${bought.id}`)).body).toEqual(bought);
      expect((await mallory.get<Page<Order>>('/orders')).body.items).toEqual([]);
    });

    it('cannot be read by the admin there either', async () =>
      expect((await fixture().admin.get(`/orders/${bought.id}`)).status).toBe(404));

    it('is read by the admin as staff, without name, street and postcode', async () => {
      const { admin } = fixture();
      const { status, body } = await admin.get<object>(`/staff/orders/${bought.id}`);
      const { city, country, ...hidden } = anAddress();
      expect({ status, body }).toMatchObject({ status: 200, body: { id: bought.id, destination: { city, country } } });
      for (const text of Object.values(hidden)) expect(JSON.stringify(body)).not.toContain(text);
      const listed = await admin.get<Page<Order>>('/staff/orders?status=confirmed&limit=100');
      expect(listed.body.items.map(({ id }) => id)).toContain(bought.id);
    });
  });

  describe("another customer's cart", () => {
    it('cannot be read or changed', async () => {
      expect((await mallory.get<Cart>('/cart')).body.items).toEqual([]);
      expect((await mallory.delete<Cart>(`/cart/items/${mug.id}`)).body.items).toEqual([]);
      expect((await mallory.put<Cart>(`/cart/items/${mug.id}`, { quantity: 0 })).body.items).toEqual([]);
      expect((await ida.get<Cart>('/cart')).body.items).toMatchObject([{ productId: mug.id, quantity: 3 }]);
    });
  });

  describe('a route of staff', () => {
    const calls: Call[] = [
      { method: 'POST', path: '/products', body: { sku: 'X', name: 'X', price: pounds(1), stock: 1 } },
      { method: 'GET', path: '/products/archived' },
      { method: 'PATCH', path: `/products/${unknown}`, body: { price: pounds(1) } },
      { method: 'POST', path: `/products/${unknown}/stock-adjustments`, body: { delta: 1, reason: 'other' } },
      { method: 'GET', path: `/products/${unknown}/stock-changes` },
      { method: 'GET', path: '/staff/orders' },
      { method: 'GET', path: `/staff/orders/${unknown}` },
      { method: 'POST', path: `/staff/orders/${unknown}/cancel`, body: { reason: 'other' } },
      { method: 'GET', path: '/staff/accounts' },
      { method: 'POST', path: '/staff/accounts', body: aMember },
      { method: 'PATCH', path: `/staff/accounts/${unknown}`, body: { disabled: true } },
      { method: 'GET', path: '/webhooks' },
      { method: 'POST', path: '/webhooks', body: { url: 'https://partner.example', events: ['order.cancelled'] } },
      { method: 'PATCH', path: `/webhooks/${unknown}`, body: { enabled: false } },
      { method: 'GET', path: `/webhooks/${unknown}/deliveries` },
      { method: 'GET', path: '/payments' },
      { method: 'GET', path: '/payments/refunds/awaiting-approval' },
      { method: 'POST', path: `/payments/${unknown}/refunds/${unknown}/approve` },
      { method: 'POST', path: `/payments/${unknown}/refunds/${unknown}/reject` },
      { method: 'POST', path: `/payments/${unknown}/refunds`, body: { amount: pounds(1), reason: 'other' } },
    ];
    const permissionOf = new Map(
      Object.values(serviceParts).flatMap(({ api }) =>
        Object.entries(api?.routes ?? {}).flatMap(([route, callers]): [string, Permission][] =>
          callers === 'everyone' || callers === 'customers' ? [] : [[route, callers]],
        ),
      ),
    );
    const routeOf = ({ method, path }: Call): string =>
      `${method} ${path.replace(unknown, '{id}').replace(unknown, '{refundId}')}`;
    let staff: ReadonlyMap<StaffRole, Customer>;
    beforeAll(async () => {
      const { admin } = fixture();
      staff = new Map(await Promise.all(staffRoles.map(async (role) => [role, await staffOf(admin, role)] as const)));
    });
    it('is tested here, each of them', () => expect(new Set(calls.map(routeOf))).toEqual(new Set(permissionOf.keys())));
    it.each(calls)('$method $path is 403 for a customer and 401 without a login', async ({ method, path, body }) => {
      expect(await ida.send(method, path, body)).toMatchObject({
        status: 403,
        body: { type: '/problems/not-allowed' },
      });
      const unauthorized = await fixture().anonymous.send(method, path, body);
      expect(unauthorized.status).toBe(401);
      expect(unauthorized.headers.get('www-authenticate')).toBe('Bearer');
    });
    it.each(calls)('$method $path is for the roles with its permission, and for no other', async (call) => {
      const { method, path, body } = call;
      const permission = permissionOf.get(routeOf(call))!;
      for (const [role, member] of staff) {
        const { status } = await member.send(method, path, body);
        const isRefused = status === 403;
        expect({ role, permission, isRefused }).toEqual({
          role,
          permission,
          isRefused: !roleAllows(role, permission),
        });
        // 409: an earlier role has added the product or the account.
        if (!isRefused) expect([200, 201, 404, 409]).toContain(status);
      }
    });
  });

  describe('a route of customers', () => {
    const routes = Object.values(serviceParts).flatMap(({ api }) =>
      Object.entries(api?.routes ?? {}).flatMap(([route, callers]) => (callers === 'customers' ? [route] : [])),
    );
    it.each(routes)('%s is 401 without a login', async (route) => {
      const [method, path] = route.split(' ') as [string, string];
      const response = await fixture().anonymous.send(
        method,
        path.replaceAll(/\{\w+\}/g, unknown),
        /^P/.test(method) ? {} : undefined,
      );
      expect(response).toMatchObject({ status: 401, body: { type: '/problems/not-authenticated' } });
    });
  });

  describe('a deleted account', () => {
    let before: Profile;
    beforeAll(async () => {
      before = (await ida.get<Profile>('/users/me')).body;
      expect((await ida.delete('/users/me')).status).toBe(204);
    });

    it.each(['/users/me', '/cart', '/orders'])(
      'has no use of an old token: GET %s',
      async (path) => void (await eventually(async () => (await ida.get(path)).status === 401)),
    );

    it('can neither read nor cancel an order with it, and cannot log in or refresh', async () => {
      const { anonymous } = fixture();
      expect((await ida.get(`/orders/${bought.id}`)).status).toBe(401);
      expect((await ida.post(`/orders/${bought.id}/cancel`)).status).toBe(401);
      expect((await anonymous.post('/auth/refresh', { refreshToken: ida.tokens.refreshToken })).status).toBe(401);
      expect((await anonymous.post('/auth/login', { email: ida.email, password: ida.password })).status).toBe(401);
    });

    it('leaves its orders, without the address', async () => {
      const erased = await eventually(async () => {
        const { body } = await fixture().admin.get<Order>(`/staff/orders/${bought.id}`);
        return body.history.some(({ what }) => what === 'address-erased') && body;
      });
      expect(erased).toMatchObject({ status: 'confirmed', destination: null, total: bought.total });
    });

    it('can be registered again as a new account', async () => {
      const { anonymous } = fixture();
      const registered = await anonymous.post<Profile>('/users', {
        email: ida.email,
        password: ida.password,
        name: 'Ida',
      });
      expect(registered.status).toBe(201);
      expect(registered.body.id).not.toBe(before.id);
      const again = await logIn(anonymous.url, ida.email, ida.password);
      expect((await again.get<Page<Order>>('/orders')).body.items).toEqual([]);
    });
  });
};
