import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
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
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'http-provider-'))));
afterAll(() => rm(folder, { recursive: true }));

const start = (log: string, port = 0, slowMs = 3_000) =>
  startProvider({ port, host: '127.0.0.1', log, latencyMs: 0, slowMs }, (error) => {
    throw error;
  });

describeProvider('over HTTP', async ({ answerWithin, slow }) => {
  const server = await start(join(folder, `log-${++logs}`), 0, slow);
  const provider = new HttpProvider({ url: server.url, answerWithin });
  return {
    provider,
    close: async () => {
      await provider.close();
      await server.stop();
    },
  };
});

const aTake = { key: 'o1:take:1', amount: money(100, 'GBP'), method: 'sim_ok' };
const aRefund = { key: 'o1:refund:1', takeKey: 'o1:take:1', amount: money(100, 'GBP'), reason: 'order undone' };
const gone = (outcomeUnknown: boolean) => expect.objectContaining({ constructor: ProviderUnreachable, outcomeUnknown });

describe('a provider that goes away and comes back', () => {
  it('is unreachable in between, certainly without effect, and knows what it knew', async () => {
    const log = join(folder, 'restarted');
    const first = await start(log);
    const provider = new HttpProvider({ url: first.url });
    const taken = await provider.take(aTake);
    await first.stop();
    await expect(provider.take(aTake)).rejects.toEqual(gone(false));
    await expect(provider.find(aTake.key)).rejects.toThrow('could not be asked to find o1:take:1: ECONNREFUSED');
    const second = await start(log, first.port);
    expect(await provider.take(aTake)).toEqual(taken);
    await provider.close();
    await second.stop();
  });
});

describe('an address that is not the provider', () => {
  let server: Server;
  let provider: HttpProvider;
  const answering = async (listener: RequestListener): Promise<HttpProvider> => {
    server = createServer(listener).listen(0, '127.0.0.1');
    await once(server, 'listening');
    provider = new HttpProvider({
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/psp/`,
      answerWithin: 20_000,
    });
    return provider;
  };
  const saying = (code: number, body: unknown) =>
    answering(
      (_request, response) => void response.writeHead(code).end(typeof body === 'string' ? body : JSON.stringify(body)),
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
  ])('leaves every outcome open with %i %j', async (code, body) => {
    const provider = await saying(code, body);
    await expect(provider.take(aTake)).rejects.toEqual(gone(true));
    await expect(provider.refund(aRefund)).rejects.toEqual(gone(true));
    await expect(provider.void('o1:void')).rejects.toEqual(gone(true));
    await expect(provider.find('o1:find')).rejects.toEqual(gone(true));
  });

  it('leaves it open with an answer that is far too long', async () => {
    const provider = await saying(201, { ...taken, padding: 'x'.repeat(100_000) });
    await expect(provider.take(aTake)).rejects.toEqual(gone(true));
  });

  it('leaves it open with a reference that fits into no message', async () => {
    const provider = await saying(201, { ...taken, reference: 'r'.repeat(101) });
    await expect(provider.take(aTake)).rejects.toEqual(gone(true));
  });

  it('leaves it open when it hangs up, or breaks off in the middle', async () => {
    let calls = 0;
    const provider = await answering((request, response) => {
      if (calls++ === 0) return void request.socket.destroy();
      response.writeHead(201, { 'content-length': 1_000 }).write('{"status":"taken"');
      setImmediate(() => response.destroy());
    });
    await expect(provider.take(aTake)).rejects.toEqual(gone(true));
    await expect(provider.take(aTake)).rejects.toEqual(gone(true));
    expect(calls).toBe(2);
  });

  it('is asked under its path, with the key in the header', async () => {
    const provider = await answering((request, response) => {
      const answer = { path: request.url, key: request.headers['idempotency-key'] };
      response.writeHead(201).end(JSON.stringify({ ...taken, reference: `${answer.path} ${answer.key}` }));
    });
    expect(await provider.take(aTake)).toMatchObject({ reference: '/psp/takes o1:take:1' });
  });

  it('is taken at its word when it says what is wrong with a call', async () => {
    const provider = await saying(400, { error: 'amount must be a whole number', field: 'amount' });
    await expect(provider.take(aTake)).rejects.toThrow(ProviderMisused);
    await expect(provider.take(aTake)).rejects.toThrow('amount must be a whole number');
  });
});
