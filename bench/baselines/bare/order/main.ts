import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { ready, setting } from '../../../environment/program.js';
import { topics } from '../outbox.js';
import { runBareService } from '../service.js';
import { orderBatcher } from './place.js';
import { handleReplies } from './replies.js';
import { watchTimeouts } from './timeouts.js';

/* The order service: takes orders, and runs the saga of each through stock and payment. */
const server = createServer();
server.keepAliveTimeout = 60_000; // connections of buyers stay open during a pause

await runBareService({
  name: 'order',
  connections: 4,
  topics: [topics.stockEvents, topics.paymentEvents],
  ignored: ['payment.started'],
  handle: handleReplies,
  start: (pool, notify) => {
    const place = orderBatcher(pool, notify);
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => void answer(place, request, response, Buffer.concat(parts).toString()));
    });
    return { closeFirst: closeServer, close: watchTimeouts(pool) };
  },
  onStarted: () => void server.listen(Number(setting('PORT')), '127.0.0.1', ready),
});

function closeServer(): Promise<unknown> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(resolve));
}

async function answer(
  place: ReturnType<typeof orderBatcher>,
  request: IncomingMessage,
  response: ServerResponse,
  body: string,
): Promise<void> {
  const key = request.headers['idempotency-key'];
  if (request.method !== 'POST' || request.url !== '/orders' || typeof key !== 'string') return send(response, 404, {});
  const result = await place(key, body);
  if ('rejected' in result) return send(response, 422, result);
  response.setHeader('Location', `/orders/${result.orderId}`);
  send(response, 202, { orderId: result.orderId });
}

function send(response: ServerResponse, status: number, body: object): void {
  const text = JSON.stringify(body);
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
  response.end(text);
}
