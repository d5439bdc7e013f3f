import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { RunningService } from '@tradewind/service';
import { eventually } from '@tradewind/testing';
import { SignJWT } from 'jose';
import { fetchFrom, GatewayEnvironment, type RequestOptions } from '../../test/gateway-environment.fixture.spec.js';
import { FakeService } from '../../test/fake-service.fixture.spec.js';
import { aKeyPair, aToken, aUserId, type Pair } from '../../test/access-tokens.fixture.spec.js';

describe('a gateway', () => {
  let environment: GatewayEnvironment;
  let key: Pair;
  let order: FakeService;
  let product: FakeService;
  let gateway: RunningService;

  const start = async (rest: Record<string, string> = {}): Promise<RunningService> => {
    const running = await environment.gateway({
      STATIC_INSTANCES: `order=${order.url},product=${product.url}`,
      ...rest,
    });
    await eventually(async () => (await fetchFrom(running, '/readyz')).status === 200);
    return running;
  };
  const call = (path: string, options: RequestOptions = {}, at = gateway) => fetchFrom(at, path, options);

  beforeAll(async () => {
    environment = await GatewayEnvironment.start();
    key = await aKeyPair();
    await environment.announce(key);
    [order, product] = await Promise.all([FakeService.listening('order'), FakeService.listening('product')]);
    gateway = await start();
  }, 120_000);
  afterEach(() => [order, product].forEach((service) => service.reset()));
  afterAll(async () => {
    await environment?.stop();
    await Promise.all([order, product].map((service) => service?.kill()));
  }, 30_000);

  describe('called with an access token', () => {
    const withToken = (token: string, path = '/orders') =>
      call(path, { headers: { authorization: `Bearer ${token}` } });
    const base64 = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    it('forwards a valid one', async () => {
      const token = await aToken(key);
      expect((await withToken(token, '/products')).status).toBe(200);
      expect(product.requests[0]!.headers.authorization).toBe(`Bearer ${token}`);
    });
    it('forwards a request without one: the service decides', async () =>
      expect((await call('/orders')).status).toBe(200));
    it.each<[string, () => Promise<string>]>([
      ['expired', () => aToken(key, { exp: Math.floor(Date.now() / 1_000) - 5 })],
      ['of another issuer', () => aToken(key, { iss: 'another' })],
      ['for another audience', () => aToken(key, { aud: 'another-shop' })],
      ['for an unknown role', () => aToken(key, { role: 'root' })],
      ['signed with another key under a known key id', async () => aToken({ ...(await aKeyPair()), kid: key.kid })],
      [
        'not signed',
        async () => `${base64({ alg: 'none', kid: key.kid })}.${base64({ sub: aUserId(), role: 'admin' })}.`,
      ],
      [
        'signed with the public key as a secret',
        () =>
          new SignJWT({ role: 'admin' })
            .setProtectedHeader({ alg: 'HS256', kid: key.kid })
            .sign(Buffer.from(key.publicKey, 'base64url')),
      ],
      [
        'changed',
        async () =>
          (await aToken(key)).replace(
            /\.[^.]+\./,
            `.${base64({ iss: 'tradewind', aud: 'tradewind-shop', sub: aUserId(), role: 'admin', exp: 9_999_999_999 })}.`,
          ),
      ],
      ['10 kB long', async () => `${await aToken(key)}${'x'.repeat(10_000)}`],
      ['no token at all', () => Promise.resolve('x')],
    ])('answers 401 to one that is %s', async (_, make) => {
      const { status, headers } = await withToken(await make());
      expect([status, headers['www-authenticate'], order.requests]).toEqual([401, 'Bearer', []]);
    });
    it.each([
      ['GET', '/products?limit=1'],
      ['GET', '/products/1'],
      ['HEAD', '/products'],
    ] as const)('ignores one that is not valid where everybody may ask, and says so: %s %s', async (method, path) => {
      const { status, headers } = await call(path, { method, headers: { authorization: 'Bearer stale' } });
      expect([status, headers['x-access-token']]).toEqual([200, 'ignored']);
      expect(product.requests[0]!.headers.authorization).toBeUndefined();
    });
    it.each([
      ['POST', '/products'],
      ['GET', '/productsx'],
      ['PATCH', '/products/1'],
    ] as const)('does not ignore it elsewhere: %s %s', async (method, path) => {
      const { status } = await call(path, { method, headers: { authorization: 'Bearer stale' } });
      expect(status).not.toBe(200);
      expect(product.requests).toEqual([]);
    });
    it('answers 401 to another authentication scheme', async () =>
      expect((await call('/orders', { headers: { authorization: 'Basic YTpi' } })).status).toBe(401));
  });

  describe('called by a page of another origin', () => {
    const origin = 'https://shop.example';
    const preflight = (from: string, at: RunningService) =>
      call('/orders', { method: 'OPTIONS', headers: { origin: from, 'access-control-request-method': 'POST' } }, at);
    let allowing: RunningService;
    beforeAll(async () => void (allowing = await start({ CORS_ORIGINS: `https://other.example,${origin}` })));

    it('answers the preflight request of an origin in its list', async () => {
      const { status, headers } = await preflight(origin, allowing);
      expect([status, headers['access-control-allow-origin'], headers['access-control-allow-methods']]).toEqual([
        204,
        origin,
        'GET,HEAD,PUT,PATCH,POST,DELETE',
      ]);
      expect(order.requests).toEqual([]);
    });
    it('lets its pages read answers, also problems', async () => {
      for (const path of ['/products', '/nowhere'])
        expect((await call(path, { headers: { origin } }, allowing)).headers).toMatchObject({
          'access-control-allow-origin': origin,
          vary: expect.stringContaining('Origin'),
        });
    });
    it.each([
      ['another origin', () => allowing],
      ['any origin without a list', () => gateway],
    ])('allows nothing to %s', async (_, at) => {
      const { headers } = await preflight('https://evil.example', at());
      expect(headers['access-control-allow-origin']).toBeUndefined();
      expect(
        (await call('/products', { headers: { origin: 'https://evil.example' } }, at())).headers,
      ).not.toHaveProperty('access-control-allow-origin');
    });
  });
});
