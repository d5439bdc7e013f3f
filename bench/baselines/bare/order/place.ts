import { createHash } from 'node:crypto';
import type pg from 'pg';
import { columnsOf, run, statement, transaction } from '../database.js';
import { freshId } from '../ids.js';
import { append, numbered } from '../outbox.js';
import { topics } from '../topics.js';
import { armed, journalled, Moves } from './moves.js';
import { begin } from './saga.js';

/** Orders a transaction, and transactions at a time. */
const most = 500;
const abreast = 2;

/** Everything is one buyer's: tokens are not part of this. */
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

export type Answer =
  { readonly orderId: string; readonly replayed?: true } | { readonly refused: 'another body' | 'unknown product' };

interface Waiting {
  readonly key: string;
  readonly bodyHash: string;
  readonly body: Body;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

const prices = statement(
  'prices',
  `select product_id as "productId", name, price_amount as amount, price_currency as currency from prices where product_id = any($1::uuid[])`,
);

const claim = statement(
  'claim',
  `
insert into msg_idempotency (scope, route, key, body_hash, answer, claimed_at)
select $1, $2, key, body_hash, answer::jsonb, now() from unnest($3::text[], $4::text[], $5::text[]) as c(key, body_hash, answer) order by key
on conflict (scope, route, key) do nothing returning key`,
);
const claimed = statement(
  'claimed',
  `select key, body_hash as "bodyHash", answer from msg_idempotency where scope = $1 and route = $2 and key = any($3::text[])`,
);

const save = statement(
  'place',
  `
with ${numbered},
placed as (insert into orders (order_id, user_id, status, lines, total_amount, total_currency, goodwill_amount, goodwill_currency, payment_method, shipping_address, placed_at, history)
  select order_id, $7, 'pending', lines::jsonb, amount, currency, 0, currency, method, address, now(), history::jsonb
  from unnest($8::uuid[], $9::text[], $10::int8[], $11::text[], $12::text[], $13::text[], $14::text[]) as o(order_id, lines, amount, currency, method, address, history) order by order_id),
begun as (insert into msg_sagas (id, saga, version, subject, status, alarmed, state, started_at, updated_at)
  select id, 'place-order', 1, subject, status, false, state::jsonb, now(), now() from unnest($15::text[], $16::text[], $17::text[], $18::text[]) as s(id, subject, status, state) order by id),
${journalled(19)},
${armed(23)}
${append}`,
);

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Gathers concurrent orders into one transaction: a batch takes whatever waits when one before it is done. */
export class Gate {
  readonly #waiting: Waiting[] = [];
  #running = 0;

  constructor(
    private readonly pool: pg.Pool,
    private readonly onCommitted: () => void,
  ) {}

  place(key: string, text: string): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ key, bodyHash: sha256(text), body: JSON.parse(text) as Body, resolve, reject });
      this.#pump();
    });
  }

  #pump(): void {
    while (this.#running < abreast && this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, most);
      this.#running++;
      void this.#accept(batch)
        .catch((error: unknown) => batch.forEach(({ reject }) => reject(error)))
        .finally(() => {
          this.#running--;
          this.#pump();
        });
    }
  }

  async #accept(batch: readonly Waiting[]): Promise<void> {
    const answers = await transaction(this.pool, async (client) => {
      const lines = await linesOf(client, batch);
      const orderable = batch.filter((waiting) => lines.has(waiting));
      const given = new Map<Waiting, Answer>(batch.map((waiting) => [waiting, { refused: 'unknown product' }]));
      const orders = orderable.map((waiting) => ({ waiting, orderId: freshId(), lines: lines.get(waiting)! }));
      const fresh = new Set(
        (
          await run<{ key: string }>(client, claim, [
            userId,
            route,
            ...columnsOf(
              orders.map(({ waiting, orderId }) => [waiting.key, waiting.bodyHash, JSON.stringify({ orderId })]),
              3,
            ),
          ])
        ).map(({ key }) => key),
      );
      const placed = orders.filter(({ waiting }) => fresh.delete(waiting.key));
      for (const { waiting, orderId } of placed) given.set(waiting, { orderId });
      if (placed.length < orders.length)
        await replay(
          client,
          orders.map(({ waiting }) => waiting).filter((waiting) => 'refused' in given.get(waiting)!),
          given,
        );
      if (placed.length > 0) await run(client, save, rowsOf(placed));
      return given;
    });
    this.onCommitted();
    for (const [{ resolve }, answer] of answers) resolve(answer);
  }
}

/** One line a product, at the price of now; an order with an unknown product is left out. */
async function linesOf(client: pg.PoolClient, batch: readonly Waiting[]): Promise<Map<Waiting, readonly Line[]>> {
  const asked = [...new Set(batch.flatMap(({ body }) => body.items.map(({ productId }) => productId)))];
  const found = await run<{ productId: string; name: string; amount: string; currency: string }>(client, prices, [
    asked,
  ]);
  const known = new Map(
    found.map(({ productId, name, amount, currency }) => [
      productId,
      { name, unitPrice: { amount: Number(amount), currency } },
    ]),
  );
  const result = new Map<Waiting, readonly Line[]>();
  for (const waiting of batch) {
    const quantities = new Map<string, number>();
    for (const { productId, quantity } of waiting.body.items)
      quantities.set(productId, (quantities.get(productId) ?? 0) + quantity);
    if (![...quantities.keys()].every((productId) => known.has(productId))) continue;
    result.set(
      waiting,
      [...quantities].map(([productId, quantity]) => ({ productId, quantity, ...known.get(productId)! })),
    );
  }
  return result;
}

/** A key that was used before gets the answer of then. */
async function replay(client: pg.PoolClient, again: readonly Waiting[], given: Map<Waiting, Answer>): Promise<void> {
  const rows = await run<{ key: string; bodyHash: string; answer: { orderId: string } }>(client, claimed, [
    userId,
    route,
    again.map(({ key }) => key),
  ]);
  const before = new Map(rows.map((row) => [row.key, row]));
  for (const waiting of again) {
    const { bodyHash, answer } = before.get(waiting.key)!;
    given.set(waiting, bodyHash === waiting.bodyHash ? { ...answer, replayed: true } : { refused: 'another body' });
  }
}

function rowsOf(
  placed: readonly { readonly waiting: Waiting; readonly orderId: string; readonly lines: readonly Line[] }[],
): unknown[] {
  const now = new Date().toISOString();
  const moves = new Moves(now);
  const history = JSON.stringify([{ what: 'placed', at: now }]);
  const orders = placed.map(({ waiting: { key, bodyHash, body }, orderId, lines }) => {
    const total = {
      amount: lines.reduce((sum, { unitPrice, quantity }) => sum + unitPrice.amount * quantity, 0),
      currency: lines[0]!.unitPrice.currency,
    };
    const shippingAddress = `sealed:1:${userId}:${Buffer.from(JSON.stringify(body.shippingAddress)).toString('base64url')}`;
    const { paymentMethod } = body;
    const cause = freshId();
    const told = {
      orderId,
      userId,
      lines,
      total,
      paymentMethod,
      shippingAddress,
      keyHash: sha256(key),
      bodyHash,
      placedAt: now,
    };
    moves.says.say(topics.orderEvents, 'order.placed', orderId, cause, told);
    moves.make(
      begin(
        orderId,
        lines.map(({ productId, quantity }) => ({ productId, quantity })),
        now,
      ),
      { orderId, userId, total, method: paymentMethod },
      cause,
    );
    return [orderId, JSON.stringify(lines), total.amount, total.currency, paymentMethod, shippingAddress, history];
  });
  return [...moves.says.columns, userId, ...columnsOf(orders, 7), ...moves.sagas, ...moves.journal, ...moves.timers];
}
