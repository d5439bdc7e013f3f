import type pg from 'pg';
import { topics, type TakePayment } from '@tradewind/contracts';
import { ready } from '../../environment/program.js';
import { run, statement, transaction, type Text } from './database.js';
import { repeat } from './repeat.js';
import { insertInto, newId, saving, update } from './save.js';
import { consume, openService, type Message } from './service.js';

/* The payment service: saves requested payments, asks the provider after the commit, and writes the ledger. */
type Effect = Text<'id' | 'orderId' | 'key'>;
type Payment = Text<'orderId' | 'paymentId' | 'currency' | 'method'> & { readonly amount: number };

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
const requested = `select order_id as "orderId", payment_id as "paymentId", due_amount::float8 as amount, due_currency as currency, method
from payments where order_id = any($1::uuid[]) and status = 'requested'`;
const readPayments = statement(requested);
const lockPayments = statement(`${requested} order by order_id for update`);

const newRequest = saving({
  payments: insertInto(
    'payments',
    { orderId: 'uuid', paymentId: 'uuid', userId: 'uuid', dueAmount: 'int8', dueCurrency: 'text', method: 'text' },
    { status: `'requested'`, requested_at: 'now()' },
  ),
  effects: insertInto(
    'msg_effects',
    { id: 'uuid', key: 'text', payload: 'jsonb', cause: 'uuid', correlation: 'text' },
    { name: `'payment.take'` },
  ),
});
const newSettlement = saving({
  done: update('msg_effects', { id: 'uuid' }, 'done_at = now(), lease_until = null'),
  taken: update(
    'payments',
    { orderId: 'uuid', reference: 'text' },
    `status = 'taken', reference = r.reference, taken_at = now(), captured_amount = due_amount, captured_currency = due_currency,
    refunded_amount = 0, refunded_currency = due_currency, goodwill_amount = 0, goodwill_currency = due_currency, goodwill_pending_amount = 0, goodwill_pending_currency = due_currency`,
  ),
  declined: update(
    'payments',
    { orderId: 'uuid', reason: 'text' },
    `status = 'declined', reason = r.reason, declined_at = now()`,
  ),
  booked: insertInto(
    'ledger_entries',
    { operation: 'text', account: 'text', orderId: 'uuid', amount: 'int8', currency: 'text', cause: 'uuid' },
    { entry_id: `r.operation || ' ' || r.account`, at: 'now()' },
  ),
});

const token = newId();
let references = 0;
/** The provider, in this process: it answers at once with a reference, or declines. */
const callProvider = (method: string): string | undefined => (method === 'sim_ok' ? `sim_${++references}` : undefined);

const service = await openService('payment', 4);
const { pool, notifyRelay } = service;

async function settle(effects: readonly Effect[]): Promise<void> {
  const orderIds = effects.map(({ orderId }) => orderId);
  const payments = await run<Payment>(pool, readPayments, [orderIds]);
  const answers = new Map(payments.map(({ orderId, method }) => [orderId, callProvider(method)]));
  await transaction(pool, async (client) => {
    const locked = new Map((await run<Payment>(client, lockPayments, [orderIds])).map((row) => [row.orderId, row]));
    const [save, at] = [newSettlement(), new Date().toISOString()];
    for (const { id, key: operation, orderId } of effects) {
      save.add('done', { id });
      const payment = locked.get(orderId);
      if (!payment) continue;
      const { paymentId, amount, currency } = payment;
      const reference = answers.get(orderId);
      if (reference === undefined) {
        const reason = 'card-declined';
        save.add('declined', { orderId, reason });
        const event = { orderId, paymentId, reason, declinedAt: at };
        save.publish(topics.paymentEvents, 'payment.declined', orderId, id, event);
        continue;
      }
      save.add('taken', { orderId, reference });
      const entry = { operation, orderId, currency, cause: id };
      save.add('booked', { ...entry, account: 'provider:clearing', amount });
      save.add('booked', { ...entry, account: `customer:${orderId}`, amount: -amount });
      const event = { orderId, paymentId, amount: { amount, currency }, reference, takenAt: at };
      save.publish(topics.paymentEvents, 'payment.taken', orderId, id, event);
    }
    await save.run(client);
  });
}

const notify = repeat(async () => {
  const effects = await run<Effect>(pool, claim, [batchSize, token]);
  if (effects.length === 0) return false;
  await settle(effects);
  notifyRelay();
  return true;
});

async function request(client: pg.PoolClient, commands: readonly Message[]): Promise<void> {
  const [save, startedAt] = [newRequest(), new Date().toISOString()];
  for (const { id, orderId, body } of commands) {
    const { userId, amount, method } = body as TakePayment;
    const paymentId = newId();
    const event = { orderId, paymentId, userId, amount, method, startedAt };
    save.publish(topics.paymentEvents, 'payment.started', orderId, id, event);
    const due = { dueAmount: amount.amount, dueCurrency: amount.currency };
    save.add('payments', { orderId, paymentId, userId, ...due, method });
    const [key, payload] = [`${orderId}:take:1`, JSON.stringify({ orderId })];
    save.add('effects', { id: newId(), key, payload, cause: id, correlation: orderId });
  }
  await save.run(client);
}

await consume(service, {
  group: 'payment',
  topics: [topics.paymentCommands],
  handle: request,
  onCommitted: notify,
});
ready();
