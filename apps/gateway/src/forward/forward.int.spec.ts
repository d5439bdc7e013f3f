import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { SigningKeyAnnounced } from '@tradewind/contracts';
import { systemTimers } from '@tradewind/messaging';
import type { RunningService } from '@tradewind/service';
import { eventually } from '@tradewind/testing';
import { SignJWT } from 'jose';
import { aGateway, answerTo, ask, type Asking } from '../../test/a-gateway.fixture.spec.js';
import { AService } from '../../test/a-service.fixture.spec.js';
import { aKeyPair, aToken, aUserId, type Pair } from '../../test/access-tokens.fixture.spec.js';
import { OwnKafka } from '../../test/own-kafka.fixture.spec.js';
import { aRecord, publish } from '../../test/platform-records.fixture.spec.js';

describe('a gateway', () => {
  let kafka: OwnKafka;
  let key: Pair;
  let order: AService;
  let second: AService;
  let product: AService;
  let gateway: RunningService;
  const started: RunningService[] = [];

  const start = async (rest: Record<string, string> = {}): Promise<RunningService> => {
    const running = await aGateway(kafka, {
      STATIC_INSTANCES: `order=${order.url},order=${second.url},product=${product.url}`,
      ANSWER_SECONDS: '1',
      BODY_SECONDS: '0.5',
      ...rest,
    });
    started.push(running);
    await eventually(async () => (await answerTo(running, '/readyz')).status === 200);
    return running;
  };
  const asked = (path: string, options: Asking = {}, at = gateway) => answerTo(at, path, options);
  const post = (path: string, body: string | Buffer, headers: Record<string, string> = {}) =>
    asked(path, { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } });
  const bothUp = () =>
    eventually(async () => (await asked('/metrics')).text.includes('gateway_instances_up{service="order"} 2'));
  const usual = (): void => {
    for (const service of [order, second, product]) service.behave();
  };

  beforeAll(async () => {
    kafka = await OwnKafka.started();
    key = await aKeyPair();
    const now = new Date().toISOString();
    await publish(
      kafka.client,
      aRecord(SigningKeyAnnounced, { kid: key.kid, publicKey: key.publicKey, announcedAt: now, signsFrom: now }),
    );
    [order, second, product] = (await Promise.all(
      ['order', 'second', 'product'].map((name) => AService.listening(name)),
    )) as [AService, AService, AService];
    gateway = await start();
  }, 120_000);
  afterEach(() => usual());
  afterAll(async () => {
    await Promise.all(started.map((running) => running.stop()));
    await Promise.all([order, second, product].map((service) => service?.die()));
    await kafka?.end();
  }, 30_000);

  describe('passing a request on', () => {
    it('leaves method, target and bytes as they are', async () => {
      const body = Buffer.concat([Buffer.from('{"a": "é" ,\r\n'), randomBytes(1_000)]);
      const { text, status } = await asked('/products/1%2F2?b=2&a=%00', {
        method: 'PUT',
        body,
        headers: { 'content-type': 'application/octet-stream' },
      });
      expect([status, product.heard[0]!.method, product.heard[0]!.target]).toEqual([
        200,
        'PUT',
        '/products/1%2F2?b=2&a=%00',
      ]);
      expect(product.heard[0]!.body.equals(body)).toBe(true);
      expect(text).toBe(body.toString());
    });
    it('says who asks, and lets nobody else say it', async () => {
      await asked('/products', {
        headers: {
          'x-forwarded-for': '1.1.1.1',
          forwarded: 'for=1.1.1.1',
          'x-user-id': 'x',
          'x-real-ip': '1.1.1.1',
          'accept-language': 'en',
        },
      });
      const { headers } = product.heard[0]!;
      expect(headers).toMatchObject({
        'x-forwarded-for': '127.0.0.1',
        'x-forwarded-proto': 'http',
        'x-forwarded-host': expect.stringContaining('127.0.0.1'),
        'accept-language': 'en',
      });
      for (const name of ['forwarded', 'x-user-id', 'x-real-ip']) expect(headers).not.toHaveProperty(name);
    });
    it("gives every request an id, the client's own where it is plain", async () => {
      expect((await asked('/products', { headers: { 'x-request-id': 'abcd-1234' } })).headers['x-request-id']).toBe(
        'abcd-1234',
      );
      expect((await asked('/products', { headers: { 'x-request-id': 'a b' } })).headers['x-request-id']).toMatch(
        /^[0-9a-f-]{36}$/,
      );
      expect(product.heard.map(({ headers }) => headers['x-request-id'])).toEqual([
        'abcd-1234',
        expect.stringMatching(/^[0-9a-f-]{36}$/),
      ]);
    });
    it('passes the answer back as it is', async () => {
      product.answer = (_, response) =>
        void response
          .writeHead(418, 'Short And Stout', { location: '/orders/1', 'set-cookie': ['a=1', 'b=2'] })
          .end('tea');
      const { status, headers, text } = await asked('/products');
      expect([status, headers['location'], headers['set-cookie'], text]).toEqual([
        418,
        '/orders/1',
        ['a=1', 'b=2'],
        'tea',
      ]);
    });
    it('passes a big answer to a slow reader', async () => {
      const big = randomBytes(8_000_000);
      product.answer = (_, response) => void response.end(big);
      const { body } = await ask(gateway, '/products');
      const parts: Buffer[] = [];
      for await (const part of body) {
        parts.push(part as Buffer);
        await new Promise((resolve) => setImmediate(resolve));
      }
      expect(Buffer.concat(parts).equals(big)).toBe(true);
    });
    it('answers HEAD without a body', async () => {
      product.answer = (_, response) => void response.writeHead(200, { 'content-length': '5' }).end();
      const { status, headers, text } = await asked('/products', { method: 'HEAD' });
      expect([status, headers['content-length'], text]).toEqual([200, '5', '']);
    });
  });

  describe('asked for a path that nobody serves', () => {
    it.each(['/', '/admin', '/Users', '//orders'])('answers 404 to %s with a problem', async (path) => {
      const { status, headers, json } = await asked(path);
      expect([status, headers['content-type'], json()['type']]).toEqual([
        404,
        expect.stringContaining('application/problem+json'),
        '/problems/not-found',
      ]);
    });
    it('answers 503 with Retry-After where no instance is', async () => {
      const { status, headers, json } = await asked('/payments');
      expect([status, headers['retry-after'], json()['detail']]).toEqual([
        503,
        '1',
        expect.stringContaining('payment'),
      ]);
    });
  });

  describe('shown an access token', () => {
    const withToken = (token: string, path = '/products') =>
      asked(path, { headers: { authorization: `Bearer ${token}` } });
    const base64 = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    it('passes a sound one on', async () => {
      const token = await aToken(key);
      expect((await withToken(token)).status).toBe(200);
      expect(product.heard[0]!.headers.authorization).toBe(`Bearer ${token}`);
    });
    it('passes requests without one on: the service decides', async () =>
      expect((await asked('/orders')).status).toBe(200));
    it.each<[string, () => Promise<string>]>([
      ['expired', () => aToken(key, { exp: Math.floor(Date.now() / 1_000) - 5 })],
      ['of another issuer', () => aToken(key, { iss: 'somebody' })],
      ['for another audience', () => aToken(key, { aud: 'another-shop' })],
      ['for a role that is none', () => aToken(key, { role: 'root' })],
      ['signed by somebody else under a known key id', async () => aToken({ ...(await aKeyPair()), kid: key.kid })],
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
      expect([status, headers['www-authenticate'], product.heard]).toEqual([401, 'Bearer', []]);
    });
    it('answers 401 to another kind of proof', async () =>
      expect((await asked('/products', { headers: { authorization: 'Basic YTpi' } })).status).toBe(401));
  });

  describe('sent a body', () => {
    const aBody = (bytes: number): string => JSON.stringify('x'.repeat(bytes - 2));
    it('takes 256 kB', async () => expect((await post('/products', aBody(262_144))).status).toBe(200));
    it('answers 413 to more', async () => {
      const { status, json } = await post('/products', aBody(262_145));
      expect([status, json()['type'], product.heard]).toEqual([413, '/problems/body-too-large', []]);
    });
    it('answers 413 to more that does not say its length', async () => {
      const parts = async function* () {
        for (let part = 0; part < 40; part++) yield Buffer.alloc(10_000);
      };
      expect((await asked('/products', { method: 'POST', body: parts() as never })).status).toBe(413);
    });
    it('answers 408 to one that does not come', async () => {
      const { port } = new URL(gateway.url);
      const socket = connect(Number(port), '127.0.0.1');
      let answer = '';
      socket.on('data', (part) => (answer += part.toString()));
      socket.write('POST /products HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\n{"a');
      await new Promise((resolve) => socket.once('close', resolve));
      expect(answer).toMatch(/^HTTP\/1\.1 408 /);
      expect(product.heard).toEqual([]);
    });
  });

  describe('waiting for an answer', () => {
    const late =
      (milliseconds: number) =>
      (service: AService): void => {
        service.answer = (_, response) => void systemTimers.after(milliseconds, () => response.end('late'));
      };
    it('gives up with 504', async () => {
      product.answer = () => undefined;
      const { status, json } = await asked('/products', { method: 'POST' });
      expect([status, json()['type'], product.heard.length]).toEqual([504, '/problems/too-slow', 1]);
    });
    it('waits as long as the client prefers', async () => {
      [order, second].forEach(late(2_500));
      expect((await asked('/orders/1', { headers: { prefer: 'wait=3' } })).text).toBe('late');
    });
  });

  describe('passing an event stream on', () => {
    const streaming = (service: AService): Promise<void> =>
      new Promise((closed) => {
        service.answer = (_, response) => {
          response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: pending\n\n');
          response.on('close', closed);
        };
      });
    const open = (at = gateway) => ask(at, '/products/1/events', { headers: { accept: 'text/event-stream' } });
    it('gives each event when it comes, and hangs up with the client', async () => {
      const hungUp = streaming(product);
      const { body } = await open();
      for await (const part of body) {
        expect(String(part)).toBe('data: pending\n\n');
        break;
      }
      await hungUp;
    });
    it('ends it when the gateway stops', async () => {
      const leaving = await start();
      const hungUp = streaming(product);
      const { body } = await open(leaving);
      await Promise.all([body.text(), hungUp, leaving.stop()]);
    });
  });

  describe('meeting an instance that breaks off', () => {
    const breakOff = (service: AService): void =>
      void (service.answer = (_, __, incoming) => incoming.socket.destroy());
    const heard = (): number => order.heard.length + second.heard.length;
    it.each(['GET', 'PUT', 'DELETE'] as const)('tries a %s on the other', async (method) => {
      breakOff(order);
      const answers = await Promise.all(Array.from({ length: 6 }, () => asked('/orders/1', { method })));
      expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 6 }, () => 200));
      await bothUp();
    });
    it('tries a POST with an Idempotency-Key on the other', async () => {
      breakOff(order);
      for (let call = 0; call < 3; call++)
        expect((await post('/orders', '{}', { 'idempotency-key': `k-${call}` })).status).toBe(200);
    });
    it('tries a POST without one never again, and says that it does not know', async () => {
      [order, second].forEach(breakOff);
      const { status, json } = await post('/orders', '{}');
      expect([status, json()['type'], heard()]).toEqual([502, '/problems/connection-broken', 1]);
    });
    it('tries twice and no more', async () => {
      [order, second].forEach(breakOff);
      const { status } = await asked('/orders/1');
      expect([status, heard()]).toEqual([503, 2]);
    });
    it("tries the other when one says that it can't at the moment", async () => {
      order.answer = (_, response) => void response.writeHead(503).end('no');
      const answers = await Promise.all(Array.from({ length: 6 }, () => asked('/orders/1')));
      expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 6 }, () => 200));
    });
    it('tries the other when one woke up too late to read what was sent whole, and never blames the client for it', async () => {
      order.answer = (_, response) => void response.writeHead(408).end();
      const answers = await Promise.all(Array.from({ length: 6 }, () => asked('/orders/1')));
      expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 6 }, () => 200));
      second.answer = order.answer;
      expect([(await asked('/orders/1')).status, (await post('/orders', '{}')).status]).toEqual([503, 503]);
    });
    it('lets the client notice an answer that stops in the middle', async () => {
      product.answer = (_, response) => {
        response.writeHead(200, { 'content-length': '100' }).write('half', () => response.destroy());
      };
      await expect(asked('/products')).rejects.toThrow();
    });
  });

  describe('with an instance that is gone', () => {
    it('answers everything by the other, even what may not be repeated, and takes it back when it returns', async () => {
      const { port } = second;
      await bothUp();
      await second.die();
      const answers = await Promise.all(Array.from({ length: 8 }, () => post('/orders', '{}')));
      expect(answers.map(({ status, headers }) => [status, headers['x-served-by']])).toEqual(
        Array.from({ length: 8 }, () => [200, 'order']),
      );
      second = await AService.listening('second', port);
      usual();
      await eventually(async () => (await asked('/orders')).headers['x-served-by'] === 'second');
    });
    it('gives no call to one that is not ready', async () => {
      await bothUp();
      second.ready = false;
      await eventually(async () => (await asked('/metrics')).text.includes('gateway_instances_up{service="order"} 1'));
      for (let call = 0; call < 5; call++) expect((await post('/orders', '{}')).headers['x-served-by']).toBe('order');
      second.ready = true;
      await bothUp();
    }, 20_000);
  });

  describe('called too often', () => {
    const strict = {
      TRUSTED_ADDRESSES: '',
      RATE_ADDRESS_PER_SECOND: '0.1',
      RATE_ADDRESS_BURST: '8',
      RATE_USER_PER_SECOND: '0.1',
      RATE_USER_BURST: '3',
      RATE_LOGIN_PER_SECOND: '0.1',
      RATE_LOGIN_BURST: '2',
    };
    const statuses = async (calls: number, call: () => Promise<{ status: number }>): Promise<number[]> => {
      const all: number[] = [];
      for (let made = 0; made < calls; made++) all.push((await call()).status);
      return all;
    };
    it('answers 429 to the address', async () => {
      const at = await start(strict);
      expect(await statuses(9, () => asked('/products', {}, at))).toEqual([
        ...Array.from({ length: 8 }, () => 200),
        429,
      ]);
      const { headers, json } = await asked('/products', {}, at);
      expect([Number(headers['retry-after']) > 0, json()['type']]).toEqual([true, '/problems/too-many-requests']);
      expect((await asked('/healthz', {}, at)).status).toBe(200);
    });
    it('answers 429 to the person', async () => {
      const at = await start(strict);
      const headers = { authorization: `Bearer ${await aToken(key)}` };
      expect(await statuses(4, () => asked('/products', { headers }, at))).toEqual([200, 200, 200, 429]);
      expect((await asked('/products', {}, at)).status).toBe(200);
    });
    it('is stricter with log-ins and registrations, however they are spelled', async () => {
      const at = await start({ ...strict, STATIC_INSTANCES: `user=${product.url}` });
      const paths = ['/auth/login', '/auth/%6Cogin', '/users'];
      expect(await statuses(3, () => asked(paths.shift()!, { method: 'POST' }, at))).toEqual([200, 200, 429]);
      expect((await asked('/auth/refresh', { method: 'POST' }, at)).status).toBe(200);
    });
    it('lets trusted addresses do as they like', async () => {
      const at = await start({ ...strict, TRUSTED_ADDRESSES: '127.0.0.1' });
      expect(new Set(await statuses(20, () => asked('/products', {}, at)))).toEqual(new Set([200]));
    });
  });

  describe('asked for the documentation', () => {
    it('shows the routes of all services as one', async () => {
      const documented =
        (path: string) =>
        (_: unknown, response: Parameters<AService['answer']>[1]): void =>
          void response.end(JSON.stringify({ openapi: '3.0.0', paths: { [path]: { get: {} }, '/healthz': {} } }));
      [order, second].forEach((service) => void (service.answer = documented('/orders')));
      product.answer = documented('/products');
      const { status, json } = await asked('/docs-json');
      expect([status, Object.keys(json()['paths'] as object)]).toEqual([200, ['/products', '/orders']]);
      expect((await asked('/docs')).text).toContain('swagger-ui');
      expect((await asked('/docs/swagger-ui-init.js')).text).toContain('/docs-json');
    });
  });
});
