import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import type pg from 'pg';
import { topics } from '@tradewind/contracts';
import type { SagaState } from '@tradewind/saga';
import { ready, setting } from '../../environment/program.js';
import { run, statement, type Text } from './database.js';
import { orderBatcher } from './place.js';
import { addProgress, progress } from './progress.js';
import { repeat } from './repeat.js';
import { saving, update } from './save.js';
import { advance, sagaId, timeoutName } from './saga.js';
import { consume, openService, type Message } from './service.js';

/* The order service: takes orders, and runs the saga of each through stock and payment. */
const lockOrders =
  statement(`select order_id as "orderId", user_id as "userId", total_amount as amount, total_currency as currency, payment_method as method
from orders where order_id = any($1::uuid[]) order by order_id for update`);
const lockSagas = statement(`select id, state from msg_sagas where id = any($1::text[]) order by id for update`);
const newSave = saving({
  ...progress,
  sagas: update(
    'msg_sagas',
    { id: 'text', status: 'text', state: 'jsonb' },
    'status = r.status, state = r.state, updated_at = now()',
  ),
  ended: update(
    'orders',
    { orderId: 'uuid', status: 'text', reason: 'text', confirmedAt: 'timestamptz', history: 'jsonb' },
    'status = r.status, reason = r.reason, confirmed_at = r.confirmed_at, history = t.history || r.history',
  ),
});

/** Milliseconds between checks of timeouts, and timeouts of one check. */
const interval = 250;
const batchSize = 500;
const dueTimeouts = statement(
  `select t.id, t.name, s.state from msg_timeouts t join msg_sagas s on s.id = t.saga_id where t.due_at <= now() order by t.due_at limit $1`,
);
const updateTimeouts = statement(`
with passed as (delete from msg_timeouts where id = any($1::text[]))
update msg_timeouts set due_at = now() + timeout_ms * interval '1 millisecond' where id = any($2::text[])`);

type OrderRow = Text<'orderId' | 'userId' | 'amount' | 'currency' | 'method'>;

const service = await openService('order', 4);
const { pool, notifyRelay } = service;

/*
 * Deletes timeouts of steps that were answered. Others are postponed: no process fails in a measurement, so the reply will arrive, and an order
 * without it fails the audit.
 */
repeat(async () => {
  const timeouts = await run<{ id: string; name: string; state: SagaState }>(pool, dueTimeouts, [batchSize]);
  const idsWhere = (isWaiting: boolean): string[] =>
    timeouts.filter(({ name, state }) => (name === timeoutName(state)) === isWaiting).map(({ id }) => id);
  if (timeouts.length > 0) await run(pool, updateTimeouts, [idsWhere(false), idsWhere(true)]);
  return timeouts.length === batchSize;
}, interval);

async function handleReplies(client: pg.PoolClient, replies: readonly Message[]): Promise<void> {
  const orderIds = [...new Set(replies.map(({ orderId }) => orderId))];
  const orders = new Map((await run<OrderRow>(client, lockOrders, [orderIds])).map((row) => [row.orderId, row]));
  const sagas = await run<{ id: string; state: SagaState }>(client, lockSagas, [orderIds.map(sagaId)]);
  const states = new Map(sagas.map(({ id, state }) => [id, state]));
  const advanced = new Map<string, SagaState>();
  const [save, now] = [newSave(), new Date().toISOString()];
  for (const { id, type, orderId } of replies) {
    const { userId, amount, currency, method } = orders.get(orderId)!;
    const total = { amount: Number(amount), currency };
    const next = advance(states.get(sagaId(orderId))!, { orderId, userId, total, method }, type, now);
    if (!next) continue;
    states.set(next.state.id, next.state);
    advanced.set(next.state.id, next.state);
    if (next.outcome) {
      const { status, reason } = next.outcome;
      const isConfirmed = status === 'confirmed';
      const history = JSON.stringify([{ what: status, reason, at: now }]);
      save.add('ended', { orderId, status, reason: reason ?? null, confirmedAt: isConfirmed ? now : null, history });
      const event = { orderId, userId, ...(isConfirmed ? { total, confirmedAt: now } : { reason, rejectedAt: now }) };
      save.publish(topics.orderEvents, `order.${status}`, orderId, id, event);
    }
    addProgress(save, next, id);
  }
  for (const [id, state] of advanced) save.add('sagas', { id, status: state.status, state: JSON.stringify(state) });
  await save.run(client);
}

const place = orderBatcher(pool, notifyRelay);
const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const key = request.headers['idempotency-key'];
  const isOrder = request.method === 'POST' && request.url === '/orders' && typeof key === 'string';
  const placed = isOrder ? await place(key, await text(request)) : undefined;
  const body = JSON.stringify(placed ?? { rejected: 'expected POST /orders with a new key' });
  response.writeHead(placed ? 202 : 422, {
    ...(placed && { location: `/orders/${placed.orderId}` }),
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
  });
  response.end(body);
};

await consume(service, {
  group: 'order',
  topics: [topics.stockEvents, topics.paymentEvents],
  ignored: 'payment.started',
  handle: handleReplies,
});
const server = createServer((request, response) => void answer(request, response));
server.keepAliveTimeout = 60_000; // connections of buyers stay open during a pause
server.listen(Number(setting('PORT')), '127.0.0.1', ready);
