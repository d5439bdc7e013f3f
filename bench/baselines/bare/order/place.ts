import { createHash } from 'node:crypto';
import type pg from 'pg';
import { newId, Rows, run, statement, transaction, type Text } from '../database.js';
import { appendMessages, numberMessages, topics } from '../outbox.js';
import { insertHistory, SagaChanges } from './saga-changes.js';
import { start } from './saga.js';

/** Orders of one transaction, and concurrent transactions. */
const batchSize = 500;
const concurrency = 2;

/** All orders have one buyer: there are no tokens. */
const userId = '00000000-0000-7000-8000-0000000000aa';
const route = 'POST /orders';

interface Item {
  readonly productId: string;
  readonly quantity: number;
}

interface Body {
  readonly items: readonly Item[];
  readonly paymentMethod: string;
  readonly shippingAddress: object;
}

interface Line extends Item {
  readonly name: string;
  readonly unitPrice: { readonly amount: number; readonly currency: string };
}

export type Answer = { readonly orderId: string } | { readonly rejected: 'repeated key' | 'unknown product' };

interface Request {
  readonly key: string;
  readonly bodyHash: string;
  readonly body: Body;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

interface NewOrder {
  readonly request: Request;
  readonly orderId: string;
  readonly lines: readonly Line[];
}

const prices = statement(
  `select product_id as "productId", name, price_amount as amount, price_currency as currency from prices where product_id = any($1::uuid[])`,
);
const claimKeys = statement(`
insert into msg_idempotency (scope, route, key, body_hash, answer, claimed_at)
select $1, $2, key, body_hash, answer::jsonb, now() from unnest($3::text[], $4::text[], $5::text[]) as c(key, body_hash, answer) order by key
on conflict (scope, route, key) do nothing returning key`);
const save = statement(`
with ${numberMessages},
placed as (insert into orders (order_id, user_id, status, lines, total_amount, total_currency, goodwill_amount, goodwill_currency, payment_method, shipping_address, placed_at, history)
  select order_id, $7, 'pending', lines::jsonb, amount, currency, 0, currency, method, address, now(), history::jsonb
  from unnest($8::uuid[], $9::text[], $10::int8[], $11::text[], $12::text[], $13::text[], $14::text[]) as o(order_id, lines, amount, currency, method, address, history) order by order_id),
started as (insert into msg_sagas (id, saga, version, subject, status, stuck, state, started_at, updated_at)
  select id, 'place-order', 1, subject, status, false, state::jsonb, now(), now() from unnest($15::text[], $16::text[], $17::text[], $18::text[]) as s(id, subject, status, state) order by id),
${insertHistory(19)}
${appendMessages}`);

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Places concurrent orders in one transaction: a batch takes all requests that wait when an earlier one is done. */
export function orderBatcher(pool: pg.Pool, onCommitted: () => void): (key: string, text: string) => Promise<Answer> {
  const requests: Request[] = [];
  let running = 0;
  const runNext = (): void => {
    while (running < concurrency && requests.length > 0) {
      const batch = requests.splice(0, batchSize);
      running++;
      void placeAll(pool, batch, onCommitted)
        .catch((error: unknown) => batch.forEach(({ reject }) => reject(error)))
        .finally(() => {
          running--;
          runNext();
        });
    }
  };
  return (key, text) =>
    new Promise((resolve, reject) => {
      requests.push({ key, bodyHash: sha256(text), body: JSON.parse(text) as Body, resolve, reject });
      runNext();
    });
}

async function placeAll(pool: pg.Pool, batch: readonly Request[], onCommitted: () => void): Promise<void> {
  const answers = await transaction(pool, async (client) => {
    const lines = await linesOf(client, batch);
    const result = new Map<Request, Answer>(batch.map((request) => [request, { rejected: 'unknown product' }]));
    const orders = [...lines].map(([request, of]): NewOrder => ({ request, orderId: newId(), lines: of }));
    const keys = new Rows(3);
    for (const { request, orderId } of orders) keys.add(request.key, request.bodyHash, JSON.stringify({ orderId }));
    const claimed = await run<{ key: string }>(client, claimKeys, [userId, route, ...keys.columns]);
    const fresh = new Set(claimed.map(({ key }) => key));
    const placed = orders.filter(({ request }) => fresh.delete(request.key));
    for (const { request } of orders) result.set(request, { rejected: 'repeated key' });
    for (const { request, orderId } of placed) result.set(request, { orderId });
    if (placed.length > 0) await run(client, save, parametersOf(placed));
    return result;
  });
  onCommitted();
  for (const [{ resolve }, answer] of answers) resolve(answer);
}

/** One line for each product, at the current price. Orders with an unknown product have no lines. */
async function linesOf(client: pg.PoolClient, batch: readonly Request[]): Promise<Map<Request, readonly Line[]>> {
  const productIds = new Set(batch.flatMap(({ body }) => body.items.map(({ productId }) => productId)));
  type Row = Text<'productId' | 'name' | 'amount' | 'currency'>;
  const known = new Map(
    (await run<Row>(client, prices, [[...productIds]])).map(({ productId, name, amount, currency }) => [
      productId,
      { name, unitPrice: { amount: Number(amount), currency } },
    ]),
  );
  const result = new Map<Request, readonly Line[]>();
  for (const request of batch) {
    const quantities = new Map<string, number>();
    for (const { productId, quantity } of request.body.items)
      quantities.set(productId, (quantities.get(productId) ?? 0) + quantity);
    if (![...quantities.keys()].every((productId) => known.has(productId))) continue;
    const lines = [...quantities].map(([productId, quantity]) => ({ productId, quantity, ...known.get(productId)! }));
    result.set(request, lines);
  }
  return result;
}

function parametersOf(placed: readonly NewOrder[]): unknown[] {
  const placedAt = new Date().toISOString();
  const changes = new SagaChanges(placedAt);
  const history = JSON.stringify([{ what: 'placed', at: placedAt }]);
  const orders = new Rows(7);
  for (const { request, orderId, lines } of placed) {
    const { key, bodyHash, body } = request;
    const { paymentMethod } = body;
    const amount = lines.reduce((sum, { unitPrice, quantity }) => sum + unitPrice.amount * quantity, 0);
    const total = { amount, currency: lines[0]!.unitPrice.currency };
    const shippingAddress = `sealed:1:${userId}:${Buffer.from(JSON.stringify(body.shippingAddress)).toString('base64url')}`;
    const cause = newId();
    const details = { orderId, userId, lines, total, paymentMethod, shippingAddress };
    const event = { ...details, keyHash: sha256(key), bodyHash, placedAt };
    changes.outbox.publish(topics.orderEvents, 'order.placed', orderId, cause, event);
    const quantities = lines.map(({ productId, quantity }) => ({ productId, quantity }));
    changes.add(start(orderId, quantities, placedAt), { orderId, userId, total, method: paymentMethod }, cause);
    orders.add(orderId, JSON.stringify(lines), amount, total.currency, paymentMethod, shippingAddress, history);
  }
  return [...changes.outbox.columns, userId, ...orders.columns, ...changes.sagas, ...changes.history];
}
