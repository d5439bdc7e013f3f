import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { startProvider } from './server.js';
import { Webhook } from './webhook.js';

const secret = 'known to both';
const notification = {
  type: 'taken',
  key: 'o1:take:1',
  amount: 100,
  currency: 'GBP',
  at: '2010-12-01T08:26:00.000Z',
} as const;
let shop: Server;
let webhook: Webhook;

interface Delivery {
  readonly body: string;
  readonly signature: string;
}

/** A shop that answers with these codes in turn. `delivered` resolves after the last one. */
async function aShop(...codes: number[]): Promise<{ url: string; delivered: Promise<Delivery[]> }> {
  const calls: Delivery[] = [];
  let done: (delivered: Delivery[]) => void;
  const delivered = new Promise<Delivery[]>((resolve) => void (done = resolve));
  shop = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      calls.push({ body: Buffer.concat(chunks).toString(), signature: String(request.headers['x-signature']) });
      response.writeHead(codes[calls.length - 1] ?? 500).end();
      if (calls.length === codes.length) done(calls);
    });
  }).listen(0, '127.0.0.1');
  await once(shop, 'listening');
  const url = `http://127.0.0.1:${(shop.address() as AddressInfo).port}/`;
  webhook = new Webhook({ url, secret }, [1, 1, 1]);
  return { url, delivered };
}

afterEach(async () => {
  await webhook.stop();
  shop.closeAllConnections();
  shop.close();
});

describe('a notification', () => {
  it('is signed with its time and its raw body', async () => {
    const { delivered } = await aShop(200);
    webhook.send(notification);
    const [{ body, signature } = { body: '', signature: '' }] = await delivered;
    expect(JSON.parse(body)).toEqual({ id: expect.stringMatching(/^evt_/), ...notification });
    const [, seconds, mac] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(signature) ?? [];
    expect(Math.abs(Date.now() / 1_000 - Number(seconds))).toBeLessThan(60);
    expect(mac).toBe(createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex'));
  });
  it('is retried with the same id until it is delivered', async () => {
    const { delivered } = await aShop(500, 503, 204);
    webhook.send(notification);
    expect(new Set((await delivered).map(({ body }) => body)).size).toBe(1);
  });
});

describe('a notification that is never accepted', () => {
  it('is dropped after four attempts', async () => {
    const { delivered } = await aShop(500, 500, 500, 500);
    webhook.send(notification);
    expect(await delivered).toHaveLength(4);
    await webhook.stop();
    expect(await delivered).toHaveLength(4);
  });
});

describe('a hundred concurrent notifications', () => {
  it('are all delivered', async () => {
    const { delivered } = await aShop(...Array.from({ length: 100 }, () => 200));
    for (let index = 0; index < 100; index++) webhook.send({ ...notification, key: `k${index}` });
    expect(new Set((await delivered).map(({ body }) => (JSON.parse(body) as { key: string }).key)).size).toBe(100);
  });
});

describe('a provider with a webhook', () => {
  it('notifies of each take and refund once, and of nothing else', async () => {
    const { url, delivered } = await aShop(200, 200);
    const folder = await mkdtemp(join(tmpdir(), 'provider-webhook-'));
    const apiKey = 'the-key-of-the-provider';
    const provider = await startProvider(
      {
        port: 0,
        host: '127.0.0.1',
        log: join(folder, 'log'),
        apiKey,
        latencyMs: 0,
        slowMs: 0,
        webhook: { url, secret },
      },
      (error) => {
        throw error;
      },
    );
    const post = (path: string, key: string, more: object) =>
      fetch(provider.url + path, {
        method: 'POST',
        headers: { 'idempotency-key': key, 'content-type': 'application/json', authorization: `Bearer ${apiKey}` },
        body: JSON.stringify({ key, amount: 100, currency: 'GBP', ...more }),
      });
    try {
      await post('/takes', 'd', { method: 'sim_declined' });
      await post('/takes', 't', { method: 'sim_ok' });
      await post('/takes', 't', { method: 'sim_ok' });
      await post('/refunds', 'r', { takeKey: 't', reason: 'full refund' });
      const sent = (await delivered).map(({ body }) => JSON.parse(body) as { type: string; key: string });
      expect(sent.map(({ type, key }) => `${type} ${key}`).sort()).toEqual(['refunded r', 'taken t']);
    } finally {
      await provider.stop();
      await rm(folder, { recursive: true });
    }
  });
});
