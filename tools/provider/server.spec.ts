import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { startProvider, type RunningProvider } from './server.js';
import type { ProviderSettings } from './settings.js';

let folder: string;
let provider: RunningProvider;
let running: RunningProvider[] = [];
let logs = 0;
const apiKey = 'the-key-of-the-provider';

beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'provider-'))));
afterEach(async () => {
  await Promise.all(running.map((each) => each.stop()));
  running = [];
});
afterAll(() => rm(folder, { recursive: true }));

const onFatal = (error: unknown): never => {
  throw error;
};

async function start(more: Partial<ProviderSettings> = {}): Promise<ProviderSettings> {
  const settings = {
    port: 0,
    host: '127.0.0.1',
    log: join(folder, `log-${++logs}`),
    apiKey,
    latencyMs: 0,
    slowMs: 3_000,
    ...more,
  };
  provider = await startProvider(settings, onFatal);
  running.push(provider);
  return settings;
}

const call = async (
  method: 'GET' | 'POST',
  path: string,
  body?: unknown,
  more: Record<string, string> = {},
  signal?: AbortSignal,
) => {
  const headers = { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json', ...more };
  const init = body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) };
  const answer = await fetch(provider.url + path, { method, headers, ...init, ...(signal && { signal }) });
  return { code: answer.status, body: (await answer.json()) as Record<string, unknown> };
};
const take = (key: string, method = 'sim_ok', amount = 100, signal?: AbortSignal) =>
  call('POST', '/takes', { key, amount, currency: 'GBP', method }, { 'idempotency-key': key }, signal);
const refund = (key: string, takeKey: string, amount = 100) =>
  call('POST', '/refunds', { key, takeKey, amount, currency: 'GBP', reason: 'full refund' });
const voidKey = (key: string) => call('POST', '/voids', { key });
const find = (key: string) => call('GET', `/operations/${encodeURIComponent(key)}`);
const lines = async (settings: ProviderSettings) =>
  (await readFile(settings.log, 'utf8'))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe('a restarted provider', () => {
  it('has all its operations', async () => {
    const settings = await start();
    const taken = await take('o1:take:1');
    await take('declined', 'sim_declined');
    await refund('o1:refund:1', 'o1:take:1', 40);
    await voidKey('o2:take:1');
    await running.pop()!.stop();
    await start({ log: settings.log });
    expect(provider.operations).toBe(4);
    expect(await take('o1:take:1')).toEqual(taken);
    expect(await find('o1:take:1')).toMatchObject({ code: 200, body: { status: 'taken', refunded: 40 } });
    expect(await find('declined')).toMatchObject({ code: 200, body: { status: 'declined', reason: 'card-declined' } });
    expect(await find('o1:refund:1')).toMatchObject({ code: 200, body: { status: 'refunded', takeKey: 'o1:take:1' } });
    expect(await refund('r2', 'o1:take:1', 61)).toMatchObject({ code: 422, body: { reason: 'exceeds-taken' } });
    expect(await take('o2:take:1')).toMatchObject({ code: 409, body: { status: 'voided' } });
    expect((await lines(settings)).map(({ operation, key }) => `${operation} ${key}`)).toEqual([
      'take o1:take:1',
      'decline declined',
      'refund o1:refund:1',
      'void o2:take:1',
    ]);
  });
});

describe('200 concurrent takes', () => {
  it('are all in the log and share writes', async () => {
    const settings = await start();
    const answers = await Promise.all(Array.from({ length: 200 }, (_, index) => take(`k${index}`)));
    expect(new Set(answers.map(({ body }) => body['reference'])).size).toBe(200);
    expect(await lines(settings)).toHaveLength(200);
    const { body } = await call('GET', '/healthz');
    expect(body).toMatchObject({ status: 'ok', operations: 200 });
    expect(body['logWrites']).toBeLessThan(200);
  });
});

describe('concurrent takes with one key', () => {
  it.each(['sim_ok', 'sim_slow'])('take the money once (%s)', async (method) => {
    const settings = await start({ slowMs: 20 });
    const answers = await Promise.all(Array.from({ length: 50 }, () => take('same', method)));
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(await lines(settings)).toHaveLength(1);
  });
});

describe('a concurrent void and take of one key', () => {
  it('have one winner, and both get the same status', async () => {
    await start();
    const races = await Promise.all(
      Array.from({ length: 100 }, async (_, index) => {
        const key = `race-${index}`;
        const calls = index % 2 ? [take(key), voidKey(key)] : [voidKey(key), take(key)];
        return {
          answered: (await Promise.all(calls)).map(({ body }) => body['status']),
          found: (await find(key)).body['status'],
        };
      }),
    );
    for (const { answered, found } of races) expect(answered).toEqual([found, found]);
  });
});

describe('the payment methods', () => {
  it('sim_flaky fails twice, then takes the money', async () => {
    await start();
    expect(await take('k', 'sim_flaky')).toMatchObject({ code: 503, body: { status: 'unavailable' } });
    expect((await find('k')).code).toBe(404);
    expect((await take('k', 'sim_flaky')).code).toBe(503);
    expect((await take('k', 'sim_flaky')).code).toBe(201);
    expect((await take('k', 'sim_flaky')).code).toBe(201);
  });
  it('sim_lost takes the money, loses the first answer and answers the second call', async () => {
    await start();
    await expect(take('k', 'sim_lost')).rejects.toThrow();
    expect(await find('k')).toMatchObject({ code: 200, body: { status: 'taken' } });
    expect((await take('k', 'sim_lost')).code).toBe(201);
  });
  it('sim_slow takes the money at once and answers late', async () => {
    await start({ slowMs: 200 });
    const startedAt = performance.now();
    expect((await take('k', 'sim_slow')).code).toBe(201);
    expect(performance.now() - startedAt).toBeGreaterThan(190);
  });
  it('sim_down never answers a take and takes nothing, but finds and voids', async () => {
    await start();
    await expect(take('k', 'sim_down', 100, AbortSignal.timeout(100))).rejects.toThrow();
    expect((await find('k')).code).toBe(404);
    expect((await voidKey('k')).code).toBe(200);
  });
});

describe('a provider that stops', () => {
  it('answers calls under way without further delay', async () => {
    const settings = await start({ slowMs: 60_000, latencyMs: 30 });
    const slow = take('slow', 'sim_slow');
    const down = expect(take('down', 'sim_down')).rejects.toThrow();
    while ((await find('slow')).code === 404);
    await running.pop()!.stop();
    expect((await slow).code).toBe(201);
    await down;
    expect(await lines(settings)).toHaveLength(1);
  });
});

describe('a second provider with the same port', () => {
  it('does not start and does not touch the log', async () => {
    const settings = await start();
    const { port } = provider;
    await take('k');
    await expect(startProvider({ ...settings, port }, onFatal)).rejects.toThrow('EADDRINUSE');
    expect((await take('k')).code).toBe(201);
  });
});

describe('a call without the key', () => {
  it.each(['', 'Bearer', 'Bearer another-key-of-the-shop', `Basic ${apiKey}`, `Bearer ${apiKey} `.repeat(2)])(
    'with "%s" is answered 401 and does nothing',
    async (authorization) => {
      const settings = await start();
      const body = { key: 'k', amount: 100, currency: 'GBP', method: 'sim_ok' };
      const codes = await Promise.all([
        call('POST', '/takes', body, { authorization, 'idempotency-key': 'k' }),
        call('POST', '/refunds', {}, { authorization }),
        call('POST', '/voids', { key: 'k' }, { authorization }),
        call('GET', '/operations/k', undefined, { authorization }),
      ]);
      expect(codes.map(({ code }) => code)).toEqual([401, 401, 401, 401]);
      expect(await readFile(settings.log, 'utf8')).toBe('');
    },
  );
});

describe('a body of another type', () => {
  it.each(['text/plain', 'application/x-www-form-urlencoded', 'application/jsonp'])(
    '%s is answered 415',
    async (type) => {
      await start();
      expect((await call('POST', '/voids', { key: 'k' }, { 'content-type': type })).code).toBe(415);
      expect((await find('k')).code).toBe(404);
    },
  );
});

describe('an invalid request', () => {
  const good = { key: 'k', amount: 100, currency: 'GBP', method: 'sim_ok' };
  it.each([
    [{ ...good, amount: 1.5 }, 'amount'],
    [{ ...good, amount: -1 }, 'amount'],
    [{ ...good, amount: 1e308 }, 'amount'],
    [{ ...good, amount: '100' }, 'amount'],
    [{ ...good, currency: 'pounds' }, 'currency'],
    [{ ...good, key: '' }, 'key'],
    [{ ...good, key: 'x'.repeat(201) }, 'key'],
    [{ ...good, key: 'other' }, 'key'],
    [{ ...good, method: 'a\u0000b' }, 'method'],
    [{ ...good, cardNumber: '4111111111111111' }, 'cardNumber'],
    [{ ...good, method: undefined }, 'method'],
  ])('is rejected with the name of the field: %j', async (body, field) => {
    await start();
    expect(await call('POST', '/takes', body, { 'idempotency-key': 'k' })).toMatchObject({
      code: 400,
      body: { field },
    });
  });
  it.each(['', '{', '[]', 'null', '7'])('is rejected with the body %j', async (body) => {
    await start();
    expect((await call('POST', '/voids', body)).code).toBe(400);
  });
  it('is rejected without Idempotency-Key, with an invalid path, to an unknown address and when it is too long', async () => {
    await start();
    expect((await call('POST', '/takes', good)).code).toBe(400);
    expect((await call('GET', '/operations/%ff')).code).toBe(400);
    expect(await call('GET', '/takes')).toMatchObject({
      code: 404,
      body: { error: expect.stringContaining('no such call') },
    });
    expect((await call('POST', '/voids', { key: 'x'.repeat(20_000) })).code).toBe(413);
  });
  it('does no harm when the connection breaks during the body', async () => {
    await start();
    const socket = connect(provider.port, '127.0.0.1');
    await once(socket, 'connect');
    socket.write('POST /voids HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{"key":');
    expect((await voidKey('k')).code).toBe(200);
    socket.resetAndDestroy();
    await once(socket, 'close');
    expect((await voidKey('k')).code).toBe(200);
  });
});
