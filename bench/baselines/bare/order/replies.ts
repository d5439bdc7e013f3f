import type pg from 'pg';
import { handleNew, type Message } from '../consumer.js';
import { run, statement, type Text } from '../database.js';
import { appendMessages, numberMessages } from '../outbox.js';
import { insertHistory, SagaChanges } from './saga-changes.js';
import { advance, sagaId, type SagaState } from './saga.js';

const lockOrders =
  statement(`select order_id as "orderId", user_id as "userId", total_amount as amount, total_currency as currency, payment_method as method
from orders where order_id = any($1::uuid[]) order by order_id for update`);
const lockSagas = statement(`select id, state from msg_sagas where id = any($1::text[]) order by id for update`);
const save = statement(`
with ${numberMessages},
advanced as (update msg_sagas s set status = u.status, state = u.state::jsonb, updated_at = now()
  from unnest($7::text[], $8::text[], $9::text[], $10::text[]) as u(id, subject, status, state) where s.id = u.id),
ended as (update orders o set status = u.status, reason = u.reason, confirmed_at = u.confirmed_at, history = o.history || u.history::jsonb
  from unnest($11::uuid[], $12::text[], $13::text[], $14::timestamptz[], $15::text[]) as u(order_id, status, reason, confirmed_at, history) where o.order_id = u.order_id),
${insertHistory(16)}
${appendMessages}`);

type OrderRow = Text<'orderId' | 'userId' | 'amount' | 'currency' | 'method'>;

/** Advances the sagas of a batch of replies. */
export const handleReplies = (pool: pg.Pool, batch: readonly Message[]): Promise<unknown> =>
  handleNew(pool, 'order', batch, async (client, replies) => {
    const orderIds = [...new Set(replies.map(({ orderId }) => orderId))];
    const orders = new Map((await run<OrderRow>(client, lockOrders, [orderIds])).map((row) => [row.orderId, row]));
    const sagas = await run<{ id: string; state: SagaState }>(client, lockSagas, [orderIds.map(sagaId)]);
    const states = new Map(sagas.map(({ id, state }) => [id, state]));
    const now = new Date().toISOString();
    const changes = new SagaChanges(now);
    for (const { id, type, orderId } of replies) {
      const { userId, amount, currency, method } = orders.get(orderId)!;
      const order = { orderId, userId, total: { amount: Number(amount), currency }, method };
      const next = advance(states.get(sagaId(orderId))!, order, type, now);
      if (!next) continue;
      states.set(next.state.id, next.state);
      changes.add(next, order, id);
    }
    const { outbox, sagas: advanced, outcomes, history } = changes;
    await run(client, save, [...outbox.columns, ...advanced, ...outcomes.columns, ...history]);
  });
