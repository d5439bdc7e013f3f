import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { systemTimers } from '@tradewind/messaging/internals';
import type { RunningService } from '@tradewind/service';
import { eventually } from '@tradewind/testing';
import { Client } from 'undici';
import {
  fetchFrom,
  GatewayEnvironment,
  send,
  strictLimits,
  type RequestOptions,
} from '../../test/gateway-environment.fixture.spec.js';
import { FakeService } from '../../test/fake-service.fixture.spec.js';
import { aKeyPair, aToken, type Pair } from '../../test/access-tokens.fixture.spec.js';

describe('a gateway', () => {
  let environment: GatewayEnvironment;
  let key: Pair;
  let order: FakeService;
  let second: FakeService;
  let product: FakeService;
  let gateway: RunningService;

  const start = async (rest: Record<string, string> = {}): Promise<RunningService> => {
    const running = await environment.gateway({
      STATIC_INSTANCES: `order=${order.url},order=${second.url},product=${product.url}`,
      ANSWER_SECONDS: '1',
      BODY_SECONDS: '0.5',
      ...rest,
    });
    await eventually(async () => (await fetchFrom(running, '/readyz')).status === 200);
    return running;
  };
  const call = (path: string, options: RequestOptions = {}, at = gateway) => fetchFrom(at, path, options);
  const post = (path: string, body: string | Buffer, headers: Record<string, string> = {}) =>
    call(path, { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } });
  const metrics = async () => (await fetch(`${gateway.operationsUrl}/metrics`)).text();
  const bothUp = () =>
    eventually(async () => (await metrics()).includes('tradewind_gateway_instances_up{service="order"} 2'));
  const resetServices = (): void => {
    for (const service of [order, second, product]) service.reset();
  };

  beforeAll(async () => {
    environment = await GatewayEnvironment.start();
    key = await aKeyPair();
    await environment.announce(key);
    [order, second, product] = (await Promise.all(
      ['order', 'second', 'product'].map((name) => FakeService.listening(name)),
    )) as [FakeService, FakeService, FakeService];
    gateway = await start();
  }, 120_000);
  afterEach(() => resetServices());
  afterAll(async () => {
    await environment?.stop();
    await Promise.all([order, second, product].map((service) => service?.kill()));
  }, 30_000);

  describe('forwarding a request', () => {
    it('does not change method, target and body', async () => {
      const body = Buffer.concat([Buffer.from('{"a": "é" ,\r\n'), randomBytes(1_000)]);
      const { text, status } = await call('/products/1%2F2?b=2&a=%00', {
        method: 'PUT',
        body,
        headers: { 'content-type': 'application/octet-stream' },
      });
      expect([status, product.requests[0]!.method, product.requests[0]!.target]).toEqual([
        200,
        'PUT',
        '/products/1%2F2?b=2&a=%00',
      ]);
      expect(product.requests[0]!.body.equals(body)).toBe(true);
      expect(text).toBe(body.toString());
    });
    it('sets the forwarding headers, and drops those of the client', async () => {
      await call('/products', {
        headers: {
          'x-forwarded-for': '1.1.1.1',
          forwarded: 'for=1.1.1.1',
          'x-user-id': 'x',
          'x-real-ip': '1.1.1.1',
          'accept-language': 'en',
        },
      });
      const { headers } = product.requests[0]!;
      expect(headers).toMatchObject({
        'x-forwarded-for': '127.0.0.1',
        'x-forwarded-proto': 'http',
        'x-forwarded-host': expect.stringContaining('127.0.0.1'),
        'accept-language': 'en',
      });
      for (const name of ['forwarded', 'x-user-id', 'x-real-ip']) expect(headers).not.toHaveProperty(name);
    });
    it("gives every request an id: the client's if it is valid", async () => {
      expect((await call('/products', { headers: { 'x-request-id': 'abcd-1234' } })).headers['x-request-id']).toBe(
        'abcd-1234',
      );
      expect((await call('/products', { headers: { 'x-request-id': 'a b' } })).headers['x-request-id']).toMatch(
        /^[0-9a-f-]{36}$/,
      );
      expect(product.requests.map(({ headers }) => headers['x-request-id'])).toEqual([
        'abcd-1234',
        expect.stringMatching(/^[0-9a-f-]{36}$/),
      ]);
    });
    it('returns the response unchanged', async () => {
      product.answer = (_, response) =>
        void response
          .writeHead(418, 'Short And Stout', { location: '/orders/1', 'set-cookie': ['a=1', 'b=2'] })
          .end('tea');
      const { status, headers, text } = await call('/products');
      expect([status, headers['location'], headers['set-cookie'], text]).toEqual([
        418,
        '/orders/1',
        ['a=1', 'b=2'],
        'tea',
      ]);
    });
    it('returns a large response to a slow reader', async () => {
      const big = randomBytes(8_000_000);
      product.answer = (_, response) => void response.end(big);
      const { body } = await send(gateway, '/products');
      const chunks: Buffer[] = [];
      for await (const chunk of body) {
        chunks.push(chunk as Buffer);
        await new Promise((resolve) => setImmediate(resolve));
      }
      expect(Buffer.concat(chunks).equals(big)).toBe(true);
    });
    it('answers HEAD without a body', async () => {
      product.answer = (_, response) => void response.writeHead(200, { 'content-length': '5' }).end();
      const { status, headers, text } = await call('/products', { method: 'HEAD' });
      expect([status, headers['content-length'], text]).toEqual([200, '5', '']);
    });
  });

  describe('called with a path that it does not route', () => {
    it.each(['/', '/admin', '/Users', '//orders'])('answers 404 to %s with a problem', async (path) => {
      const { status, headers, json } = await call(path);
      expect([status, headers['content-type'], json()['type']]).toEqual([
        404,
        expect.stringContaining('application/problem+json'),
        '/problems/not-found',
      ]);
    });
    it('forwards any method: the service knows those of its paths', async () => {
      await call('/products/1', { method: 'PROPFIND' });
      expect(product.requests).toEqual([expect.objectContaining({ method: 'PROPFIND', target: '/products/1' })]);
    });
    it('answers 503 with Retry-After for a service without an instance', async () => {
      const { status, headers, json } = await call('/payments');
      expect([status, headers['retry-after'], json()['detail']]).toEqual([
        503,
        '1',
        expect.stringContaining('payment'),
      ]);
    });
  });

  describe('called with a body', () => {
    const aBody = (bytes: number): string => JSON.stringify('x'.repeat(bytes - 2));
    it('accepts 256 kB', async () => expect((await post('/products', aBody(262_144))).status).toBe(200));
    it('answers 413 to more', async () => {
      const { status, json } = await post('/products', aBody(262_145));
      expect([status, json()['type'], product.requests]).toEqual([413, '/problems/body-too-large', []]);
    });
    it('answers 413 to more without a Content-Length', async () => {
      const chunks = async function* () {
        for (let chunk = 0; chunk < 40; chunk++) yield Buffer.alloc(10_000);
      };
      expect((await call('/products', { method: 'POST', body: chunks() as never })).status).toBe(413);
    });
    it('answers 408 to one that does not arrive', async () => {
      const { port } = new URL(gateway.url);
      const socket = connect(Number(port), '127.0.0.1');
      let answer = '';
      socket.on('data', (chunk) => (answer += chunk.toString()));
      socket.write('POST /products HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\n{"a');
      await new Promise((resolve) => socket.once('close', resolve));
      expect(answer).toMatch(/^HTTP\/1\.1 408 /);
      expect(product.requests).toEqual([]);
    });
  });

  describe('waiting for a response', () => {
    const late =
      (milliseconds: number) =>
      (service: FakeService): void => {
        service.answer = (_, response) => void systemTimers.after(milliseconds, () => response.end('late'));
      };
    it('answers 504 after the timeout', async () => {
      product.answer = () => undefined;
      const { status, json } = await call('/products', { method: 'POST' });
      expect([status, json()['type'], product.requests.length]).toEqual([504, '/problems/too-slow', 1]);
    });
    it('waits as long as the client prefers', async () => {
      [order, second].forEach(late(2_500));
      expect((await call('/orders/1', { headers: { prefer: 'wait=3' } })).text).toBe('late');
    });
  });

  describe('forwarding an event stream', () => {
    const streaming = (service: FakeService): Promise<void> =>
      new Promise((closed) => {
        service.answer = (_, response) => {
          response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: pending\n\n');
          response.on('close', closed);
        };
      });
    const open = (at = gateway) => send(at, '/products/1/events', { headers: { accept: 'text/event-stream' } });
    it('returns each event when it arrives, and closes the connection with the client', async () => {
      const closed = streaming(product);
      const { body } = await open();
      for await (const chunk of body) {
        expect(String(chunk)).toBe('data: pending\n\n');
        break;
      }
      await closed;
    });
    it('ends it when the gateway stops', async () => {
      const stopping = await start();
      const closed = streaming(product);
      const { body } = await open(stopping);
      await Promise.all([body.text(), closed, stopping.stop()]);
    });
  });

  describe('with an instance that closes the connection', () => {
    const closeConnections = (service: FakeService): void =>
      void (service.answer = (_, __, incoming) => incoming.socket.destroy());
    const received = (): number => order.requests.length + second.requests.length;
    it.each(['GET', 'PUT', 'DELETE'] as const)('retries a %s on the other', async (method) => {
      closeConnections(order);
      const answers = await Promise.all(Array.from({ length: 6 }, () => call('/orders/1', { method })));
      expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 6 }, () => 200));
      await bothUp();
    });
    it('retries a POST with an Idempotency-Key on the other', async () => {
      closeConnections(order);
      for (let count = 0; count < 3; count++)
        expect((await post('/orders', '{}', { 'idempotency-key': `k-${count}` })).status).toBe(200);
    });
    it('never retries a POST without one, and answers that its outcome is unknown', async () => {
      [order, second].forEach(closeConnections);
      const { status, json } = await post('/orders', '{}');
      expect([status, json()['type'], received()]).toEqual([502, '/problems/connection-broken', 1]);
    });
    it('makes at most two attempts', async () => {
      [order, second].forEach(closeConnections);
      const { status } = await call('/orders/1');
      expect([status, received()]).toEqual([503, 2]);
    });
    it('retries on the other when one answers 503', async () => {
      order.answer = (_, response) => void response.writeHead(503).end('no');
      const answers = await Promise.all(Array.from({ length: 6 }, () => call('/orders/1')));
      expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 6 }, () => 200));
    });
    it('retries on the other when one answers 408, and never returns the 408 to the client', async () => {
      order.answer = (_, response) => void response.writeHead(408).end();
      const answers = await Promise.all(Array.from({ length: 6 }, () => call('/orders/1')));
      expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 6 }, () => 200));
      second.answer = order.answer;
      expect([(await call('/orders/1')).status, (await post('/orders', '{}')).status]).toEqual([503, 503]);
    });
    it('closes the connection to the client when a response is incomplete', async () => {
      product.answer = (_, response) => {
        response.writeHead(200, { 'content-length': '100' }).write('half', () => response.destroy());
      };
      await expect(call('/products')).rejects.toThrow();
    });
    it('never retries a POST with one whose service keeps no keys', async () => {
      [order, second].forEach(closeConnections);
      const { status, json } = await post('/orders/1/cancel', '{}', { 'idempotency-key': 'k' });
      expect([status, json()['type'], received()]).toEqual([502, '/problems/connection-broken', 1]);
      await bothUp();
    });
  });

  describe('with an instance that is down', () => {
    it('sends every call to the other, also calls that are not idempotent, and uses it again when it is back', async () => {
      const { port } = second;
      await bothUp();
      await second.kill();
      const answers = await Promise.all(Array.from({ length: 8 }, () => post('/orders', '{}')));
      expect(answers.map(({ status, headers }) => [status, headers['x-served-by']])).toEqual(
        Array.from({ length: 8 }, () => [200, 'order']),
      );
      second = await FakeService.listening('second', port);
      resetServices();
      await eventually(async () => (await call('/orders')).headers['x-served-by'] === 'second');
    });
    it('sends no call to one that is not ready', async () => {
      await bothUp();
      second.ready = false;
      await eventually(async () => (await metrics()).includes('tradewind_gateway_instances_up{service="order"} 1'));
      for (let count = 0; count < 5; count++)
        expect((await post('/orders', '{}')).headers['x-served-by']).toBe('order');
      second.ready = true;
      await bothUp();
    }, 20_000);
    it('sends the calls to the only one, also while it is not ready', async () => {
      const isUp = async (count: number) =>
        (await metrics()).includes(`tradewind_gateway_instances_up{service="product"} ${count}`);
      product.ready = false;
      await eventually(() => isUp(0));
      expect((await post('/products', '{}')).headers['x-served-by']).toBe('product');
      product.ready = true;
      await eventually(() => isUp(1));
    }, 20_000);
  });

  describe('by the rules of HTTP', () => {
    it('accepts an absolute target, and names its host to the service', async () => {
      const client = new Client(gateway.url);
      const { statusCode, body } = await client.request({ method: 'GET', path: 'http://shop.example:81/orders/1?x=2' });
      await body.dump();
      await client.close();
      expect(statusCode).toBe(200);
      const { target, headers } = [...order.requests, ...second.requests].at(-1)!;
      expect([target, headers['x-forwarded-host']]).toEqual(['/orders/1?x=2', 'shop.example:81']);
    });
    it.each<[string, string, object, number]>([
      ['GET', '/nowhere', {}, 404],
      ['GET', '/metrics', {}, 404],
      ['POST', '/healthz', {}, 405],
      ['GET', '/orders', { headers: { authorization: 'Bearer x' } }, 401],
      ['GET', '/healthz', {}, 200],
    ])('protects its own answer to %s %s', async (method, path, options, status) => {
      const answer = await call(path, { method: method as 'GET', ...options });
      expect(answer.status).toBe(status);
      expect(answer.headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'content-security-policy': expect.stringContaining('default-src'),
        ...(status === 405 && { allow: 'GET, HEAD' }),
        ...(status > 400 && { 'cache-control': 'no-store' }),
      });
    });
  });

  describe('called too often', () => {
    const statuses = async (count: number, send: () => Promise<{ status: number }>): Promise<number[]> => {
      const all: number[] = [];
      for (let sent = 0; sent < count; sent++) all.push((await send()).status);
      return all;
    };
    it('answers 429 to the address', async () => {
      const at = await start(strictLimits);
      expect(await statuses(9, () => call('/products', {}, at))).toEqual([
        ...Array.from({ length: 8 }, () => 200),
        429,
      ]);
      const { headers, json } = await call('/products', {}, at);
      expect([Number(headers['retry-after']) > 0, json()['type']]).toEqual([true, '/problems/too-many-requests']);
      expect((await call('/healthz', {}, at)).status).toBe(200);
    });
    it('answers 429 to the person', async () => {
      const at = await start(strictLimits);
      const headers = { authorization: `Bearer ${await aToken(key)}` };
      expect(await statuses(4, () => call('/products', { headers }, at))).toEqual([200, 200, 200, 429]);
      expect((await call('/products', {}, at)).status).toBe(200);
    });
    it('is stricter with registrations, in every spelling of their path', async () => {
      const at = await start({ ...strictLimits, STATIC_INSTANCES: `user=${product.url}` });
      const paths = ['/users', '/users/', '/users?x'];
      expect(await statuses(3, () => call(paths.shift()!, { method: 'POST' }, at))).toEqual([200, 200, 429]);
      expect((await call('/auth/refresh', { method: 'POST' }, at)).status).toBe(200);
    });
    it('counts the clients of a trusted proxy apart, and names them to the service', async () => {
      const at = await start({ ...strictLimits, TRUSTED_PROXIES: '127.0.0.0/8' });
      const from = (client: string) => () =>
        call('/products', { headers: { 'x-forwarded-for': `9.9.9.9, ${client}` } }, at);
      expect((await statuses(9, from('203.0.113.1'))).at(-1)).toBe(429);
      expect(await statuses(1, from('203.0.113.2'))).toEqual([200]);
      expect(product.requests.at(-1)!.headers['x-forwarded-for']).toBe('203.0.113.2');
    });
    it('does not limit trusted addresses', async () => {
      const at = await start({ ...strictLimits, TRUSTED_ADDRESSES: '127.0.0.1' });
      expect(new Set(await statuses(20, () => call('/products', {}, at)))).toEqual(new Set([200]));
    });
  });

  describe('its documentation', () => {
    it('contains the routes of all services', async () => {
      const documented =
        (path: string) =>
        (_: unknown, response: Parameters<FakeService['answer']>[1]): void =>
          void response.end(JSON.stringify({ openapi: '3.0.0', paths: { [path]: { get: {} }, '/healthz': {} } }));
      [order, second].forEach((service) => void (service.answer = documented('/orders')));
      product.answer = documented('/products');
      const { status, headers, json } = await call('/docs-json');
      expect(headers['x-content-type-options']).toBe('nosniff');
      expect([status, Object.keys(json()['paths'] as object)]).toEqual([200, ['/products', '/orders']]);
      expect((await call('/docs')).text).toContain('swagger-ui');
      expect((await call('/docs/swagger-ui-init.js')).text).toContain('/docs-json');
    });
  });
});
