import type pg from 'pg';
import { handleNew, type Message } from '../consumer.js';
import { newId, Rows, run, statement } from '../database.js';
import { appendMessages, numberMessages, OutboxRows, topics } from '../outbox.js';

interface TakePayment {
  readonly orderId: string;
  readonly userId: string;
  readonly amount: { readonly amount: number; readonly currency: string };
  readonly method: string;
}

const save = statement(`
with ${numberMessages},
requested as (insert into payments (order_id, payment_id, status, user_id, due_amount, due_currency, method, requested_at)
  select order_id, payment_id, 'requested', user_id, amount, currency, method, now()
  from unnest($7::uuid[], $8::uuid[], $9::uuid[], $10::int8[], $11::text[], $12::text[]) as p(order_id, payment_id, user_id, amount, currency, method) order by order_id),
scheduled as (insert into msg_effects (id, name, key, payload, cause, correlation)
  select id, 'payment.take', key, payload::jsonb, cause, correlation
  from unnest($13::uuid[], $14::text[], $15::text[], $16::uuid[], $17::text[]) with ordinality as e(id, key, payload, cause, correlation, place) order by place)
${appendMessages}`);

/** Saves requested payments; the provider is asked after the commit. */
export const requestPayments = (pool: pg.Pool, batch: readonly Message[]): Promise<unknown> =>
  handleNew(pool, 'payment', batch, async (client, commands) => {
    const startedAt = new Date().toISOString();
    const [outbox, payments, effects] = [new OutboxRows(), new Rows(6), new Rows(5)];
    for (const { id, orderId, body } of commands) {
      const { userId, amount, method } = body as TakePayment;
      const paymentId = newId();
      const event = { orderId, paymentId, userId, amount, method, startedAt };
      outbox.publish(topics.paymentEvents, 'payment.started', orderId, id, event);
      payments.add(orderId, paymentId, userId, amount.amount, amount.currency, method);
      effects.add(newId(), `${orderId}:take:1`, JSON.stringify({ orderId }), id, orderId);
    }
    await run(client, save, [...outbox.columns, ...payments.columns, ...effects.columns]);
  });
