import { beforeAll, describe, expect, it } from '@jest/globals';
import { databaseServices } from '../../../tools/services.js';
import { aProduct, placeOrderAndWait } from '../api/customers.js';
import type { ShopFixture } from '../api/fixture.js';

/** The shop's console, as a program sees it; its pages are tested in libs/console. */
export const shopConsole = (fixture: () => ShopFixture): void => {
  const url = (): string => fixture().shop.consoleUrl!;
  const logIn = (name: string, password: string): Promise<Response> =>
    fetch(`${url()}/log-in`, {
      method: 'POST',
      headers: { 'sec-fetch-site': 'same-origin' },
      body: new URLSearchParams({ name, password, to: '/actions' }),
      redirect: 'manual',
    });

  describe('the console of the shop', () => {
    let cookie = '';
    const read = async <T>(path: string): Promise<T> =>
      (await (await fetch(`${url()}${path}?format=json`, { headers: { cookie } })).json()) as T;
    beforeAll(async () => {
      const { email, password } = fixture().shop.admin;
      const response = await logIn(email, password);
      expect([response.status, response.headers.get('location')]).toEqual([303, '/actions']);
      cookie = response.headers.get('set-cookie')!.split(';')[0]!;
    });

    it('asks who it is, and admits no customer', async () => {
      expect((await fetch(url())).status).toBe(401);
      const { email, password } = fixture().ann;
      const response = await logIn(email, password);
      expect([response.status, await response.text()]).toEqual([401, expect.stringContaining('no role of the staff')]);
    });

    it('reads the databases of all services, and their consumers', async () => {
      const { services, down } = await read<{ services: { service: string }[]; down: object[] }>('/');
      expect(down).toEqual([]);
      expect(services.map(({ service }) => service).toSorted()).toEqual([...databaseServices].toSorted());
      const { lags } = await read<{ lags: { group: string }[] }>('/flow');
      expect(new Set(lags.map(({ group }) => group))).toEqual(
        new Set([
          'cart',
          'cart.prices',
          'order',
          'order.prices',
          'payment',
          'product',
          ...databaseServices.map((name) => `${name}.keys`),
        ]),
      );
    });

    it('knows the sagas of the order service, and what happened to an order in every service', async () => {
      const { definitions } = await read<{ definitions: { saga: string }[] }>('/sagas');
      expect(definitions.map(({ saga }) => saga)).toContain('place-order');
      const { id } = await placeOrderAndWait(fixture().ann, await aProduct(fixture().admin));
      const { entries } = await read<{ entries: { service: string }[] }>(`/orders/${id}`);
      expect(new Set(entries.map(({ service }) => service))).toEqual(new Set(['cart', 'order', 'product', 'payment']));
    });
  });
};
