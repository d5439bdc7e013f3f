import { beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@tradewind/testing';
import { anAddress, aPerson, aProduct, logIn, orderAndWait, pounds, putIn, type Person } from '../people.js';
import type { Cart, Order, Page, Product, Profile } from '../views.js';
import type { Scene } from '../scene.js';

interface Call {
  readonly method: string;
  readonly path: string;
  readonly body?: object;
}

const unknown = '01991234-5678-7000-8000-00000000000a';

export const strangers = (scene: () => Scene): void => {
  let ida: Person;
  let mallory: Person;
  let mug: Product;
  let bought: Order;
  beforeAll(async () => {
    const { admin, nobody } = scene();
    [ida, mallory, mug] = await Promise.all([aPerson(nobody.url), aPerson(nobody.url), aProduct(admin)]);
    bought = await orderAndWait(ida, mug);
    await putIn(ida, mug, 3);
  });

  describe("somebody else's order", () => {
    const calls: Call[] = [
      { method: 'GET', path: '' },
      { method: 'GET', path: '/events' },
      { method: 'PATCH', path: '', body: { shippingAddress: anAddress("Mallory's 1") } },
      { method: 'POST', path: '/cancel' },
    ];
    /** The answer for that order, and whether it came only after the time that a new order is waited for. */
    const timed = async ({ method, path, body }: Call, orderId: string) => {
      const since = performance.now();
      const { status, body: said } = await mallory.send<object>(method, `/orders/${orderId}${path}`, body);
      return { status, said, waited: performance.now() - since >= 1_900 };
    };
    const answers = new Map<Call, Awaited<ReturnType<typeof timed>>[]>();
    beforeAll(async () => {
      await Promise.all(
        calls.map(async (call) =>
          answers.set(call, await Promise.all([bought.id, unknown].map((orderId) => timed(call, orderId)))),
        ),
      );
    });
    it.each(calls)("can't be told from none by $method /orders/{id}$path, not even by the time it takes", (call) => {
      const [foreign, none] = answers.get(call)!;
      expect(foreign).toMatchObject({ status: 404, said: { type: '/problems/not-found' }, waited: true });
      expect(none).toEqual(foreign);
    });

    it('was not touched by any of them, and is in no other list', async () => {
      expect((await ida.get<Order>(`/orders/${bought.id}`)).body).toEqual(bought);
      expect((await mallory.get<Page<Order>>('/orders')).body.items).toEqual([]);
    });

    it("is not the admin's to read either", async () =>
      expect((await scene().admin.get(`/orders/${bought.id}`)).status).toBe(404));
  });

  describe("somebody else's cart", () => {
    it('is never the one that a call means', async () => {
      expect((await mallory.get<Cart>('/cart')).body.items).toEqual([]);
      expect((await mallory.delete<Cart>(`/cart/items/${mug.id}`)).body.items).toEqual([]);
      expect((await mallory.put<Cart>(`/cart/items/${mug.id}`, { quantity: 0 })).body.items).toEqual([]);
      expect((await ida.get<Cart>('/cart')).body.items).toMatchObject([{ productId: mug.id, quantity: 3 }]);
    });
  });

  describe("what is the admin's", () => {
    const calls: Call[] = [
      { method: 'POST', path: '/products', body: { sku: 'X', name: 'X', price: pounds(1), stock: 1 } },
      { method: 'PATCH', path: `/products/${unknown}`, body: { price: pounds(1) } },
      { method: 'POST', path: `/products/${unknown}/stock-adjustments`, body: { delta: 1, reason: 'x' } },
      { method: 'GET', path: '/payments' },
      { method: 'POST', path: `/payments/${unknown}/refunds`, body: { amount: pounds(1), reason: 'x' } },
    ];
    it.each(calls)(
      '$method $path is 403 for a customer, 401 for nobody, and neither for the admin',
      async ({ method, path, body }) => {
        const { admin, nobody } = scene();
        expect(await ida.send(method, path, body)).toMatchObject({
          status: 403,
          body: { type: '/problems/not-allowed' },
        });
        const anonymous = await nobody.send(method, path, body);
        expect(anonymous.status).toBe(401);
        expect(anonymous.headers.get('www-authenticate')).toBe('Bearer');
        expect([200, 201, 404]).toContain((await admin.send(method, path, body)).status);
      },
    );
  });

  describe("what is a customer's", () => {
    const calls: Call[] = [
      { method: 'GET', path: '/users/me' },
      { method: 'PATCH', path: '/users/me', body: { name: 'X' } },
      { method: 'DELETE', path: '/users/me' },
      { method: 'GET', path: '/cart' },
      { method: 'POST', path: '/cart/items', body: { productId: unknown, quantity: 1 } },
      { method: 'PUT', path: `/cart/items/${unknown}`, body: { quantity: 1 } },
      { method: 'DELETE', path: `/cart/items/${unknown}` },
      { method: 'POST', path: '/cart/checkout', body: {} },
      { method: 'POST', path: '/orders', body: {} },
      { method: 'GET', path: '/orders' },
      { method: 'GET', path: `/orders/${unknown}` },
      { method: 'GET', path: `/orders/${unknown}/events` },
      { method: 'PATCH', path: `/orders/${unknown}`, body: {} },
      { method: 'POST', path: `/orders/${unknown}/cancel` },
    ];
    it.each(calls)('$method $path is 401 for nobody', async ({ method, path, body }) => {
      expect(await scene().nobody.send(method, path, body)).toMatchObject({
        status: 401,
        body: { type: '/problems/not-authenticated' },
      });
    });
  });

  describe('a person who is forgotten', () => {
    let before: Profile;
    beforeAll(async () => {
      before = (await ida.get<Profile>('/users/me')).body;
      expect((await ida.delete('/users/me')).status).toBe(204);
    });

    it("is not there any more for an old token, and can't log in or refresh", async () => {
      const { nobody } = scene();
      expect((await ida.get('/users/me')).status).toBe(404);
      expect((await ida.patch('/users/me', { name: 'Back' })).status).toBe(404);
      expect((await nobody.post('/auth/refresh', { refreshToken: ida.tokens.refreshToken })).status).toBe(401);
      expect((await nobody.post('/auth/login', { email: ida.email, password: ida.password })).status).toBe(401);
    });

    it('leaves an order without an address, which stays in the books', async () => {
      const erased = await eventually(async () => {
        const { body } = await ida.get<Order>(`/orders/${bought.id}`);
        return body.history.some(({ what }) => what === 'address-erased') && body;
      });
      expect(erased).toMatchObject({ status: 'confirmed', shippingAddress: null, total: bought.total });
    });

    it('has no cart, and gets none with an old token', async () => {
      await eventually(async () => (await ida.get<Cart>('/cart')).body.items.length === 0);
      expect((await ida.put(`/cart/items/${mug.id}`, { quantity: 1 })).status).toBe(410);
    });

    it('may come back as somebody new', async () => {
      const { nobody } = scene();
      const registered = await nobody.post<Profile>('/users', {
        email: ida.email,
        password: ida.password,
        name: 'Ida',
      });
      expect(registered.status).toBe(201);
      expect(registered.body.id).not.toBe(before.id);
      const again = await logIn(nobody.url, ida.email, ida.password);
      expect((await again.get<Page<Order>>('/orders')).body.items).toEqual([]);
    });
  });
};
