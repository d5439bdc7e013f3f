import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { readConnections, setting } from '../../../ground/connections.js';
import { endWith, ready } from '../../../ground/service-life.js';
import { connections } from '../database.js';
import { Inbound } from '../inbound.js';
import { BareRelay } from '../relay.js';
import { partitionsOf, topics } from '../topics.js';
import { watchDeadlines } from './deadlines.js';
import { Gate, type Answer } from './place.js';
import { hearReplies } from './replies.js';

/* The order service: takes orders, and leads each through stock and payment. */
const { url, brokers } = readConnections();
const pool = connections(url, 4);
const relay = await BareRelay.open({ url, brokers, source: 'order', partitionsOf });
const gate = new Gate(pool, () => relay.wake());
const inbound = await Inbound.open({
  brokers,
  group: 'bare.order',
  topics: [topics.stockEvents.name, topics.paymentEvents.name],
  ignored: new Set(['payment.started']),
  handle: async (batch) => {
    await hearReplies(pool, batch);
    relay.wake();
  },
});
const endDeadlines = watchDeadlines(pool);

const server = createServer((request, response) => {
  const parts: Buffer[] = [];
  request.on('data', (part: Buffer) => parts.push(part));
  request.on('end', () => void answer(request, response, Buffer.concat(parts).toString()));
});
server.keepAliveTimeout = 60_000; // a buyer's connection outlives a pause
server.listen(Number(setting('PORT')), '127.0.0.1', () => ready());

endWith(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await inbound.close();
  await endDeadlines();
  await relay.close();
  await pool.end();
});

async function answer(request: IncomingMessage, response: ServerResponse, body: string): Promise<void> {
  const key = request.headers['idempotency-key'];
  if (request.method !== 'POST' || request.url !== '/orders' || typeof key !== 'string') return send(response, 404, {});
  const given: Answer = await gate.place(key, body);
  if ('refused' in given) return send(response, 422, given);
  response.setHeader('Location', `/orders/${given.orderId}`);
  if (given.replayed) response.setHeader('Idempotent-Replayed', 'true');
  send(response, 202, { orderId: given.orderId });
}

function send(response: ServerResponse, status: number, body: object): void {
  const text = JSON.stringify(body);
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
  response.end(text);
}
