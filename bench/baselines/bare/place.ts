import { createHash } from 'node:crypto';
import type pg from 'pg';
import { topics } from '@tradewind/contracts';
import { run, statement, transaction, type Text } from './database.js';
import { addProgress, progress } from './progress.js';
import { repeat } from './repeat.js';
import { insertInto, newId, saving } from './save.js';
import { start } from './saga.js';

/** Orders of one transaction, and concurrent transactions. */
const batchSize = 500;
const concurrency = 2;

/** All orders have one buyer: there are no tokens. */
const userId = '00000000-0000-7000-8000-0000000000aa';
const route = 'POST /orders';

interface Body {
  /** Of different products, which exist. */
  readonly items: readonly { readonly productId: string; readonly quantity: number }[];
  readonly paymentMethod: string;
  readonly shippingAddress: object;
}

/** Undefined: the key was used before. */
export type Answer = { readonly orderId: string } | undefined;

interface Request {
  readonly key: string;
  readonly bodyHash: string;
  readonly body: Body;
  readonly answer: (answer: Answer) => void;
}

type Price = Text<'productId' | 'name' | 'amount' | 'currency'>;

const prices = statement(
  `select product_id as "productId", name, price_amount as amount, price_currency as currency from prices where product_id = any($1::uuid[])`,
);
const claimKeys = statement(`
insert into msg_idempotency (scope, route, key, body_hash, answer, claimed_at)
select $1, $2, key, body_hash, answer::jsonb, now() from unnest($3::text[], $4::text[], $5::text[]) as c(key, body_hash, answer) order by key
on conflict (scope, route, key) do nothing returning key`);
const newSave = saving({
  ...progress,
  orders: insertInto(
    'orders',
    {
      orderId: 'uuid',
      lines: 'jsonb',
      totalAmount: 'int8',
      totalCurrency: 'text',
      paymentMethod: 'text',
      shippingAddress: 'text',
      history: 'jsonb',
    },
    {
      user_id: `'${userId}'`,
      status: `'pending'`,
      goodwill_amount: '0',
      goodwill_currency: 'r.total_currency',
      placed_at: 'now()',
    },
  ),
  sagas: insertInto(
    'msg_sagas',
    { id: 'text', subject: 'text', status: 'text', state: 'jsonb' },
    { saga: `'place-order'`, version: '1', stuck: 'false', started_at: 'now()', updated_at: 'now()' },
  ),
});

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Places concurrent orders in one transaction: a batch takes all requests that wait when an earlier one is done. */
export function orderBatcher(pool: pg.Pool, onCommitted: () => void): (key: string, text: string) => Promise<Answer> {
  const requests: Request[] = [];
  const placeNext = async (): Promise<boolean> => {
    const batch = requests.splice(0, batchSize);
    if (batch.length === 0) return false;
    const answers = await transaction(pool, (client) => placeAll(client, batch));
    onCommitted();
    batch.forEach(({ answer }, index) => answer(answers[index]));
    return true;
  };
  const workers = Array.from({ length: concurrency }, () => repeat(placeNext));
  return (key, text) =>
    new Promise((answer) => {
      requests.push({ key, bodyHash: sha256(text), body: JSON.parse(text) as Body, answer });
      for (const notify of workers) notify();
    });
}

/** Returns the answer of each request. */
async function placeAll(client: pg.PoolClient, batch: readonly Request[]): Promise<Answer[]> {
  const productIds = new Set(batch.flatMap(({ body }) => body.items.map(({ productId }) => productId)));
  const known = new Map((await run<Price>(client, prices, [[...productIds]])).map((row) => [row.productId, row]));
  const orders = batch.map((request) => ({ ...request, orderId: newId() }));
  const claims = [
    orders.map(({ key }) => key),
    orders.map(({ bodyHash }) => bodyHash),
    orders.map(({ orderId }) => JSON.stringify({ orderId })),
  ];
  const claimed = await run<{ key: string }>(client, claimKeys, [userId, route, ...claims]);
  const fresh = new Set(claimed.map(({ key }) => key));
  const [save, placedAt] = [newSave(), new Date().toISOString()];
  const history = JSON.stringify([{ what: 'placed', at: placedAt }]);
  const answers = orders.map(({ key, bodyHash, body, orderId }): Answer => {
    if (!fresh.delete(key)) return undefined;
    const { items, paymentMethod } = body;
    const lines = items.map(({ productId, quantity }) => {
      const { name, amount, currency } = known.get(productId)!;
      return { productId, quantity, name, unitPrice: { amount: Number(amount), currency } };
    });
    const { currency } = lines[0]!.unitPrice;
    const amount = lines.reduce((sum, { unitPrice, quantity }) => sum + unitPrice.amount * quantity, 0);
    const total = { amount, currency };
    const shippingAddress = `sealed:1:${userId}:${Buffer.from(JSON.stringify(body.shippingAddress)).toString('base64url')}`;
    const cause = newId();
    const details = { orderId, userId, lines, total, paymentMethod, shippingAddress };
    const event = { ...details, keyHash: sha256(key), bodyHash, placedAt };
    save.publish(topics.orderEvents, 'order.placed', orderId, cause, event);
    const started = start(orderId, items, placedAt);
    addProgress(save, started, cause);
    const { id, status } = started.state;
    save.add('sagas', { id, subject: orderId, status, state: JSON.stringify(started.state) });
    const row = { orderId, totalAmount: amount, totalCurrency: currency, paymentMethod, shippingAddress, history };
    save.add('orders', { ...row, lines: JSON.stringify(lines) });
    return { orderId };
  });
  await save.run(client);
  return answers;
}
