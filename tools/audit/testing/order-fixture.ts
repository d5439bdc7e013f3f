import { createHash, randomUUID } from 'node:crypto';
import { ShopFixture, type Migrations } from './shop-fixture.js';

export interface OrderFixture {
  readonly shop: ShopFixture;
  readonly product: string;
  readonly confirmed: string;
  readonly rejected: string;
}

/** A shop with one product, a confirmed order of three pieces, and a rejected order of fifty: the rows and records that the services would have written. */
export async function createOrderFixture(migrations: Migrations): Promise<OrderFixture> {
  const shop = await ShopFixture.open(migrations);
  const [product, confirmed, rejected] = [randomUUID(), randomUUID(), randomUUID()];
  await addProduct(shop, product);
  await addConfirmed(shop, confirmed, product);
  await addRejected(shop, rejected, product);
  await shop.publish();
  return { shop, product, confirmed, rejected };
}

const ann = randomUUID();

async function addProduct(shop: ShopFixture, product: string): Promise<void> {
  await shop.sql(
    'product',
    `insert into products (product_id, sku, sku_key, name, name_key, price_amount, price_currency, added_at, search_words) values ($1, 'T1', 't1', 'tea', 'tea', 250, 'GBP', now(), 't1 tea')`,
    [product],
  );
  await shop.sql(
    'product',
    `insert into stock_levels (product_id, available, reserved, sold, initial, adjusted, changes) values ($1, 8, 0, 3, 10, 1, 3)`,
    [product],
  );
  await shop.sql(
    'product',
    `insert into stock_changes (product_id, number, cause, delta, available, at)
     values ($1, 1, 'added', 10, 10, now()), ($1, 2, 'adjusted', 1, 11, now()), ($1, 3, 'reserved', -3, 8, now())`,
    [product],
  );
  const added = await shop.addPublished('product', 'product.events', 'product.added', product, {
    productId: product,
    stock: 10,
  });
  for (const consumer of ['cart.prices', 'order.prices']) await shop.addConsumed(consumer, added);
  await shop.addPublished('product', 'product.events', 'product.stock-adjusted', product, {
    productId: product,
    delta: 1,
  });
}

/** Up to the reserve command in the inbox of product; returns the id of that command. */
async function place(shop: ShopFixture, order: string, product: string, quantity: number): Promise<string> {
  const key = createHash('sha256').update(order).digest('hex');
  await shop.sql(
    'cart',
    `insert into checkouts (order_id, user_id, status, total_amount, total_currency, key_hash, body_hash, checked_out_at, sequence) values ($1, $2, 'placed', $3, 'GBP', $4, 'b', now(), 2)`,
    [order, ann, 250 * quantity, key],
  );
  const checkedOut = await shop.addConsumed(
    'order',
    await shop.addPublished('cart', 'cart.events', 'cart.checked-out', order, { orderId: order }),
  );
  const lines = JSON.stringify([
    { productId: product, name: 'tea', quantity, unitPrice: { amount: 250, currency: 'GBP' } },
  ]);
  await shop.sql(
    'order',
    `insert into orders (order_id, user_id, status, lines, total_amount, total_currency, goodwill_amount, goodwill_currency, payment_method, placed_at, history)
     values ($1, $2, 'pending', $3, $4, 'GBP', 0, 'GBP', 'sim_ok', now(), '[{"what":"placed"}]')`,
    [order, ann, lines, 250 * quantity],
  );
  await shop.sql(
    'order',
    `insert into msg_sagas (id, saga, version, subject, status, state, started_at, updated_at) values ('place-order:' || $1, 'place-order', 1, $1, 'running', '{"step":"reserve stock"}', now(), now())`,
    [order],
  );
  await addTransitions(shop, order, checkedOut, 'start', 'not started', 'executing reserve stock');
  await shop.addConsumed(
    'cart',
    await shop.addPublished('order', 'order.events', 'order.placed', order, { orderId: order }, checkedOut),
  );
  return shop.addConsumed(
    'product',
    await shop.addPublished('order', 'stock.commands', 'stock.reserve', order, { orderId: order }, checkedOut),
  );
}

async function addConfirmed(shop: ShopFixture, order: string, product: string): Promise<void> {
  const lines = [{ productId: product, quantity: 3 }];
  const reserve = await place(shop, order, product, 3);
  const reserved = await shop.addConsumed(
    'order',
    await shop.addPublished(
      'product',
      'stock.events',
      'stock.reserved',
      order,
      { orderId: order, lines, reservedAt: 'then' },
      reserve,
    ),
  );
  await addTransitions(shop, order, reserved, 'reply', 'executing reserve stock', 'executing take payment');
  const take = await shop.addConsumed(
    'payment',
    await shop.addPublished('order', 'payment.commands', 'payment.take', order, { orderId: order }, reserved),
  );
  await shop.addPublished('payment', 'payment.events', 'payment.started', order, { orderId: order }, take);
  const call = randomUUID();
  await shop.sql(
    'payment',
    `insert into msg_effects (id, name, key, payload, cause, correlation, done_at) values ($1, 'payment.take', $2, '{}', $3, $4, now())`,
    [call, `${order}:take:1`, take, order],
  );
  await pay(shop, order, call);
  const taken = await shop.addConsumed(
    'order',
    await shop.addPublished(
      'payment',
      'payment.events',
      'payment.taken',
      order,
      { orderId: order, amount: { amount: 750, currency: 'GBP' }, takenAt: 'then' },
      call,
    ),
  );
  await addTransitions(shop, order, taken, 'reply', 'executing take payment', 'passed confirm', 'executing sell stock');
  await shop.addConsumed(
    'cart',
    await shop.addPublished('order', 'order.events', 'order.confirmed', order, { orderId: order }, taken),
  );
  const sell = await shop.addConsumed(
    'product',
    await shop.addPublished('order', 'stock.commands', 'stock.sell', order, { orderId: order }, taken),
  );
  await shop.sql('product', `insert into reservations (order_id, status, lines) values ($1, 'sold', $2)`, [
    order,
    JSON.stringify(lines),
  ]);
  const sold = await shop.addConsumed(
    'order',
    await shop.addPublished(
      'product',
      'stock.events',
      'stock.sold',
      order,
      { orderId: order, lines, soldAt: 'then' },
      sell,
    ),
  );
  await addTransitions(shop, order, sold, 'reply', 'executing sell stock', 'completed');
  await end(shop, order, 'confirmed', 'completed');
}

async function addRejected(shop: ShopFixture, order: string, product: string): Promise<void> {
  const reserve = await place(shop, order, product, 50);
  await shop.sql('product', `insert into reservations (order_id, status, shortages) values ($1, 'refused', '[]')`, [
    order,
  ]);
  const refused = await shop.addConsumed(
    'order',
    await shop.addPublished(
      'product',
      'stock.events',
      'stock.refused',
      order,
      { orderId: order, reason: 'out-of-stock' },
      reserve,
    ),
  );
  await addTransitions(shop, order, refused, 'reply', 'executing reserve stock', 'failed');
  await shop.addConsumed(
    'cart',
    await shop.addPublished('order', 'order.events', 'order.rejected', order, { orderId: order }, refused),
  );
  await end(shop, order, 'rejected', 'failed');
}

/** The transitions of one cause: each begins where the one before it ended. */
async function addTransitions(
  shop: ShopFixture,
  order: string,
  cause: string,
  kind: string,
  ...states: readonly string[]
): Promise<void> {
  for (const [at, to] of states.slice(1).entries()) {
    const transition = JSON.stringify({ from: states[at], to, cause: kind, detail: null });
    await shop.sql(
      'order',
      `insert into msg_saga_history (id, saga_id, at, cause, transition) values ($1, 'place-order:' || $2, now(), $3, $4)`,
      [randomUUID(), order, cause, transition],
    );
  }
}

async function end(
  shop: ShopFixture,
  order: string,
  outcome: 'confirmed' | 'rejected',
  status: 'completed' | 'failed',
): Promise<void> {
  await shop.sql('order', `update orders set status = $2, confirmed_at = $3, reason = $4 where order_id = $1`, [
    order,
    outcome,
    outcome === 'confirmed' ? new Date() : null,
    outcome === 'rejected' ? 'out-of-stock' : null,
  ]);
  await shop.sql('order', `update msg_sagas set status = $2, state = '{"step":null}' where subject = $1`, [
    order,
    status,
  ]);
  await shop.sql('cart', 'update checkouts set status = $2 where order_id = $1', [order, outcome]);
}

async function pay(shop: ShopFixture, order: string, cause: string): Promise<void> {
  await shop.sql(
    'payment',
    `insert into payments (order_id, payment_id, status, user_id, due_amount, due_currency, method, requested_at, captured_amount, captured_currency, reference, taken_at,
       refunded_amount, refunded_currency, goodwill_amount, goodwill_currency, goodwill_pending_amount, goodwill_pending_currency)
     values ($1, $2, 'taken', $3, 750, 'GBP', 'sim_ok', now(), 750, 'GBP', 'r', now(), 0, 'GBP', 0, 'GBP', 0, 'GBP')`,
    [order, randomUUID(), ann],
  );
  await book(shop, order, 'take:1', 750, cause);
  shop.addProviderOperations({
    at: 'now',
    key: `${order}:take:1`,
    operation: 'take',
    amount: 750,
    currency: 'GBP',
    method: 'sim_ok',
    reference: 'r',
  });
}

export const book = (
  shop: ShopFixture,
  order: string,
  step: string,
  amount: number,
  cause: string,
): Promise<object[]> =>
  shop.sql(
    'payment',
    `insert into ledger_entries (entry_id, order_id, operation, account, amount, currency, cause, at)
     select $2::text || ' ' || account, $1::uuid, $2::text, account, amount, 'GBP', $4, now() from (values ('provider:clearing', $3::int8), ('customer:' || $1::text, -$3::int8)) as l(account, amount)`,
    [order, `${order}:${step}`, amount, cause],
  );
