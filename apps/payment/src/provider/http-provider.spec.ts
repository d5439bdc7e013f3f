import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { money } from '@tradewind/kernel';
import { startProvider } from '../../../../tools/provider/server.js';
import { HttpProvider } from './http-provider.js';
import { ProviderMisused, ProviderUnreachable } from './payment-provider.js';
import { describeProvider } from './provider-conformance.js';

let folder: string;
let logs = 0;
const apiKey = 'the-key-of-the-provider';
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'http-provider-'))));
afterAll(() => rm(folder, { recursive: true }));

const start = (log: string, port = 0, slowMs = 3_000) =>
  startProvider({ port, apiKey, host: '127.0.0.1', log, latencyMs: 0, slowMs }, (error) => {
    throw error;
  });

describeProvider('over HTTP', async ({ answerTimeoutMs: answerWithin, slowMs: slow }) => {
  const server = await start(join(folder, `log-${++logs}`), 0, slow);
  const provider = new HttpProvider({ url: server.url, apiKey, answerTimeoutMs: answerWithin });
  return {
    provider,
    close: async () => {
      await provider.close();
      await server.stop();
    },
  };
});

const aTake = { key: 'o1:take:1', amount: money(100, 'GBP'), method: 'sim_ok' };
const aRefund = { key: 'o1:refund:1', takeKey: 'o1:take:1', amount: money(100, 'GBP'), reason: 'full refund' };
const unreachable = (outcomeUnknown: boolean) =>
  expect.objectContaining({ constructor: ProviderUnreachable, outcomeUnknown });

describe('a provider that restarts', () => {
  it('is unreachable in between, without effect, and keeps its operations', async () => {
    const log = join(folder, 'restarted');
    const first = await start(log);
    const provider = new HttpProvider({ url: first.url, apiKey });
    const taken = await provider.take(aTake);
    await first.stop();
    await expect(provider.take(aTake)).rejects.toEqual(unreachable(false));
    await expect(provider.find(aTake.key)).rejects.toThrow('could not be called to find o1:take:1: ECONNREFUSED');
    const second = await start(log, first.port);
    expect(await provider.take(aTake)).toEqual(taken);
    await provider.close();
    await second.stop();
  });
});

describe('a provider with another key', () => {
  it('does nothing, and the error names the setting and not the key', async () => {
    const log = join(folder, 'locked');
    const server = await start(log);
    const provider = new HttpProvider({ url: server.url, apiKey: 'another-key-of-the-shop' });
    for (const call of [
      () => provider.take(aTake),
      () => provider.refund(aRefund),
      () => provider.void('o1:void'),
      () => provider.find('o1:find'),
    ]) {
      await expect(call()).rejects.toEqual(unreachable(false));
      await expect(call()).rejects.toThrow(/^the provider refused PROVIDER_API_KEY to [a-z]+ o1:[a-z:1]+$/);
    }
    await provider.close();
    await server.stop();
    expect(await readFile(log, 'utf8')).toBe('');
  });
});

describe('a server that is not the provider', () => {
  let server: Server;
  let provider: HttpProvider;
  const answering = async (listener: RequestListener): Promise<HttpProvider> => {
    server = createServer(listener).listen(0, '127.0.0.1');
    await once(server, 'listening');
    provider = new HttpProvider({
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/psp/`,
      apiKey,
      answerTimeoutMs: 20_000,
    });
    return provider;
  };
  const answeringWith = (code: number, body: unknown, type = 'application/json') =>
    answering(
      (_request, response) =>
        void response
          .writeHead(code, { 'content-type': type })
          .end(typeof body === 'string' ? body : JSON.stringify(body)),
    );
  afterEach(async () => {
    await provider.close();
    server.closeAllConnections();
    server.close();
  });

  const taken = { status: 'taken', reference: 'r', key: aTake.key, amount: 100, currency: 'GBP' };
  it.each<[number, unknown]>([
    [200, ''],
    [200, '<html>'],
    [201, 'null'],
    [201, '[]'],
    [200, taken],
    [201, { ...taken, key: 'another' }],
    [201, { ...taken, amount: 101 }],
    [201, { ...taken, amount: '100' }],
    [201, { ...taken, currency: 'EUR' }],
    [201, { ...taken, reference: '' }],
    [201, { ...taken, status: 'refunded' }],
    [202, taken],
    [302, ''],
    [402, { status: 'declined', key: aTake.key }],
    [404, 'not found'],
    [409, { status: 'voided' }],
    [422, { status: 'refused', reason: 'because' }],
    [500, { error: 'broken' }],
    [503, 'Service Unavailable'],
  ])('leaves the outcome unknown with %i %j', async (code, body) => {
    const provider = await answeringWith(code, body);
    await expect(provider.take(aTake)).rejects.toEqual(unreachable(true));
    await expect(provider.refund(aRefund)).rejects.toEqual(unreachable(true));
    await expect(provider.void('o1:void')).rejects.toEqual(unreachable(true));
    await expect(provider.find('o1:find')).rejects.toEqual(unreachable(true));
  });

  it('leaves the outcome unknown with an answer that is too long', async () => {
    const provider = await answeringWith(201, { ...taken, padding: 'x'.repeat(100_000) });
    await expect(provider.take(aTake)).rejects.toEqual(unreachable(true));
  });

  it('leaves the outcome unknown with a reference that is too long for a message', async () => {
    const provider = await answeringWith(201, { ...taken, reference: 'r'.repeat(101) });
    await expect(provider.take(aTake)).rejects.toEqual(unreachable(true));
  });

  it('leaves the outcome unknown if it closes the connection before or during the answer', async () => {
    let calls = 0;
    const provider = await answering((request, response) => {
      if (calls++ === 0) return void request.socket.destroy();
      response.writeHead(201, { 'content-length': 1_000 }).write('{"status":"taken"');
      setImmediate(() => response.destroy());
    });
    await expect(provider.take(aTake)).rejects.toEqual(unreachable(true));
    await expect(provider.take(aTake)).rejects.toEqual(unreachable(true));
    expect(calls).toBe(2);
  });

  it('is called with its path and the key in the header', async () => {
    const provider = await answering((request, response) => {
      const answer = { path: request.url, key: request.headers['idempotency-key'] };
      response
        .writeHead(201, { 'content-type': 'application/json' })
        .end(JSON.stringify({ ...taken, reference: `${answer.path} ${answer.key}` }));
    });
    expect(await provider.take(aTake)).toMatchObject({ reference: '/psp/takes o1:take:1' });
  });

  it.each(['text/html', 'text/plain', 'application/jsonp', ''])(
    'leaves the outcome unknown with a valid answer of the type "%s"',
    async (type) => {
      const provider = await answeringWith(201, taken, type);
      await expect(provider.take(aTake)).rejects.toEqual(unreachable(true));
    },
  );

  it('is believed when it reports an invalid call', async () => {
    const provider = await answeringWith(400, { error: 'amount must be a whole number', field: 'amount' });
    await expect(provider.take(aTake)).rejects.toThrow(ProviderMisused);
    await expect(provider.take(aTake)).rejects.toThrow('amount must be a whole number');
  });
});
