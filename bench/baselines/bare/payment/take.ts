import type pg from 'pg';
import { columnsOf, run, statement, transaction } from '../database.js';
import { freshId } from '../ids.js';
import { mark, markValues, type Heard } from '../inbound.js';
import { append, numbered, Says } from '../outbox.js';
import { topics } from '../topics.js';

interface Take {
  readonly orderId: string;
  readonly userId: string;
  readonly amount: { readonly amount: number; readonly currency: string };
  readonly method: string;
}

const save = statement(
  'save_takes',
  `
with ${numbered},
asked as (insert into payments (order_id, payment_id, status, user_id, due_amount, due_currency, method, requested_at)
  select order_id, payment_id, 'requested', user_id, amount, currency, method, now()
  from unnest($7::uuid[], $8::uuid[], $9::uuid[], $10::int8[], $11::text[], $12::text[]) as p(order_id, payment_id, user_id, amount, currency, method) order by order_id),
wished as (insert into msg_effects (id, name, key, payload, cause, correlation)
  select id, 'payment.take', key, payload::jsonb, cause, correlation
  from unnest($13::uuid[], $14::text[], $15::text[], $16::uuid[], $17::text[]) with ordinality as e(id, key, payload, cause, correlation, place) order by place)
${append}`,
);

/** Notes that money is wanted, in one transaction: the provider is asked after the commit. */
export function noteTakes(pool: pg.Pool, batch: readonly Heard[]): Promise<void> {
  return transaction(pool, async (client) => {
    const fresh = new Set((await run<{ id: string }>(client, mark, markValues('payment', batch))).map(({ id }) => id));
    const takes = batch.filter(({ id }) => fresh.delete(id)) as readonly Heard<Take>[];
    const startedAt = new Date().toISOString();
    const says = new Says();
    const payments = takes.map(({ id, orderId, body: { userId, amount, method } }) => {
      const paymentId = freshId();
      says.say(topics.paymentEvents, 'payment.started', orderId, id, {
        orderId,
        paymentId,
        userId,
        amount,
        method,
        startedAt,
      });
      return [orderId, paymentId, userId, amount.amount, amount.currency, method];
    });
    const effects = takes.map(({ id, orderId }) => [
      freshId(),
      `${orderId}:take:1`,
      JSON.stringify({ orderId }),
      id,
      orderId,
    ]);
    await run(client, save, [...says.columns, ...columnsOf(payments, 6), ...columnsOf(effects, 5)]);
  });
}
