import type pg from 'pg';
import { run, statement, transaction } from '../database.js';
import { mark, markValues, type Heard } from '../inbound.js';
import { append, numbered } from '../outbox.js';
import { armed, journalled, Moves } from './moves.js';
import { hear, sagaId, type SagaState } from './saga.js';

const lockOrders = statement(
  'lock_orders',
  `select order_id as "orderId", user_id as "userId", total_amount as amount, total_currency as currency, payment_method as method
from orders where order_id = any($1::uuid[]) order by order_id for update`,
);
const lockSagas = statement(
  'lock_sagas',
  `select id, state from msg_sagas where id = any($1::text[]) order by id for update`,
);

const save = statement(
  'save_replies',
  `
with ${numbered},
moved as (update msg_sagas s set status = u.status, state = u.state::jsonb, updated_at = now()
  from unnest($7::text[], $8::text[], $9::text[], $10::text[]) as u(id, subject, status, state) where s.id = u.id),
ended as (update orders o set status = u.status, reason = u.reason, confirmed_at = u.confirmed_at, history = o.history || u.facts::jsonb
  from unnest($11::uuid[], $12::text[], $13::text[], $14::timestamptz[], $15::text[]) as u(order_id, status, reason, confirmed_at, facts) where o.order_id = u.order_id),
${journalled(16)},
${armed(20)}
${append}`,
);

interface OrderRow {
  readonly orderId: string;
  readonly userId: string;
  readonly amount: string;
  readonly currency: string;
  readonly method: string;
}

/** Moves the sagas of a batch of replies, in one transaction. */
export function hearReplies(pool: pg.Pool, batch: readonly Heard[]): Promise<void> {
  return transaction(pool, async (client) => {
    const fresh = new Set((await run<{ id: string }>(client, mark, markValues('order', batch))).map(({ id }) => id));
    const replies = batch.filter(({ id }) => fresh.delete(id));
    const orderIds = [...new Set(replies.map(({ orderId }) => orderId))];
    const orders = new Map((await run<OrderRow>(client, lockOrders, [orderIds])).map((row) => [row.orderId, row]));
    const states = new Map(
      (await run<{ id: string; state: SagaState }>(client, lockSagas, [orderIds.map(sagaId)])).map(({ id, state }) => [
        id,
        state,
      ]),
    );
    const now = new Date().toISOString();
    const moves = new Moves(now);
    for (const { id, type, orderId } of replies) {
      const { userId, amount, currency, method } = orders.get(orderId)!;
      const order = { orderId, userId, total: { amount: Number(amount), currency }, method };
      const move = hear(states.get(sagaId(orderId))!, order, type, now);
      if (!move) continue;
      states.set(move.state.id, move.state);
      moves.make(move, order, id);
    }
    await run(client, save, [
      ...moves.says.columns,
      ...moves.sagas,
      ...moves.outcomes,
      ...moves.journal,
      ...moves.timers,
    ]);
  });
}
