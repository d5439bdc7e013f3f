import type pg from 'pg';
import { newId, Rows, run, statement, transaction, type Text } from '../database.js';
import { appendMessages, numberMessages, OutboxRows, topics } from '../outbox.js';

/** Effects of one claim, and of one transaction. */
const batchSize = 500;

const claim = statement(`
with ready as (
  select e.id from msg_effects e
  where e.done_at is null and e.due_at <= now() and (e.lease_until is null or e.lease_until < now())
    and not exists (select 1 from msg_effects before where before.key = e.key and before.done_at is null and before.position < e.position)
  order by e.due_at limit $1 for update skip locked)
update msg_effects e set lease_until = now() + interval '30 seconds', lease_token = $2, attempts = attempts + 1
from ready where e.id = ready.id
returning e.id, e.payload ->> 'orderId' as "orderId", e.key`);
const requested =
  statement(`select order_id as "orderId", payment_id as "paymentId", due_amount::float8 as amount, due_currency as currency, method
from payments where order_id = any($1::uuid[]) and status = 'requested'`);
const lockPayments = statement(
  `select order_id as "orderId" from payments where order_id = any($1::uuid[]) and status = 'requested' order by order_id for update`,
);
const save = statement(`
with ${numberMessages},
done as (update msg_effects e set done_at = now(), lease_until = null from unnest($7::uuid[]) as d(id) where e.id = d.id and e.lease_token = $8 and e.done_at is null),
taken as (update payments p set status = 'taken', captured_amount = due_amount, captured_currency = due_currency, reference = t.reference, taken_at = now(),
    refunded_amount = 0, refunded_currency = due_currency, goodwill_amount = 0, goodwill_currency = due_currency, goodwill_pending_amount = 0, goodwill_pending_currency = due_currency
  from unnest($9::uuid[], $10::text[]) as t(order_id, reference) where p.order_id = t.order_id),
declined as (update payments p set status = 'declined', reason = d.reason, declined_at = now()
  from unnest($11::uuid[], $12::text[]) as d(order_id, reason) where p.order_id = d.order_id),
booked as (insert into ledger_entries (entry_id, order_id, operation, account, amount, currency, cause, at)
  select operation || ' ' || account, order_id, operation, account, amount, currency, cause, now()
  from unnest($13::uuid[], $14::text[], $15::text[], $16::int8[], $17::text[], $18::uuid[]) as l(order_id, operation, account, amount, currency, cause) order by operation, account)
${appendMessages}`);

type Effect = Text<'id' | 'orderId' | 'key'>;
type Payment = Text<'orderId' | 'paymentId' | 'currency' | 'method'> & { readonly amount: number };

let references = 0;
/** The provider, in this process: it answers at once with a reference, or declines. */
const callProvider = (method: string): string | undefined => (method === 'sim_ok' ? `sim_${++references}` : undefined);

/** Asks the provider for committed payments, and settles its answers. `notify` is to be called after payments are committed. */
export function startPayments(pool: pg.Pool, onSettled: () => void): { notify(): void; close(): Promise<void> } {
  const token = newId();
  let isNotified = false;
  let running: Promise<void> | undefined;
  const work = async (): Promise<void> => {
    while (isNotified) {
      isNotified = false;
      for (;;) {
        const effects = await run<Effect>(pool, claim, [batchSize, token]);
        if (effects.length === 0) break;
        await settle(pool, token, effects);
        onSettled();
      }
    }
    running = undefined;
  };
  const notify = (): void => {
    isNotified = true;
    running ??= work();
  };
  return { notify, close: async () => running };
}

async function settle(pool: pg.Pool, token: string, effects: readonly Effect[]): Promise<void> {
  const orderIds = effects.map(({ orderId }) => orderId);
  const payments = new Map((await run<Payment>(pool, requested, [orderIds])).map((row) => [row.orderId, row]));
  const answers = effects.map((effect) => {
    const payment = payments.get(effect.orderId)!;
    return { ...effect, payment, reference: callProvider(payment.method) };
  });
  await transaction(pool, async (client) => {
    const locked = await run<{ orderId: string }>(client, lockPayments, [orderIds]);
    const open = new Set(locked.map(({ orderId }) => orderId));
    const at = new Date().toISOString();
    const [outbox, taken, declined, ledger] = [new OutboxRows(), new Rows(2), new Rows(2), new Rows(6)];
    for (const { id, key, orderId, payment, reference } of answers.filter((answer) => open.has(answer.orderId))) {
      const { paymentId, amount, currency } = payment;
      if (reference === undefined) {
        const event = { orderId, paymentId, reason: 'card-declined', declinedAt: at };
        declined.add(orderId, event.reason);
        outbox.publish(topics.paymentEvents, 'payment.declined', orderId, id, event);
        continue;
      }
      taken.add(orderId, reference);
      ledger.add(orderId, key, 'provider:clearing', amount, currency, id);
      ledger.add(orderId, key, `customer:${orderId}`, -amount, currency, id);
      const event = { orderId, paymentId, amount: { amount, currency }, reference, takenAt: at };
      outbox.publish(topics.paymentEvents, 'payment.taken', orderId, id, event);
    }
    const ids = effects.map(({ id }) => id);
    const rows = [...taken.columns, ...declined.columns, ...ledger.columns];
    await run(client, save, [...outbox.columns, ids, token, ...rows]);
  });
}
