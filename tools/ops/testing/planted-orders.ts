import { createHash, randomUUID } from 'node:crypto';
import { PlantedShop, type Migrations } from './planted-shop.js';

export interface PlantedOrders {
  readonly shop: PlantedShop;
  readonly product: string;
  readonly bought: string;
  readonly refused: string;
}

/** A shop with one product, an order of three pieces that was bought, and one of fifty that was refused: everything as the services would have left it. */
export async function plantOrders(migrations: Migrations): Promise<PlantedOrders> {
  const shop = await PlantedShop.open(migrations);
  const [product, bought, refused] = [randomUUID(), randomUUID(), randomUUID()];
  await addProduct(shop, product);
  await buy(shop, bought, product);
  await refuse(shop, refused, product);
  await shop.publish();
  return { shop, product, bought, refused };
}

const ann = randomUUID();

async function addProduct(shop: PlantedShop, product: string): Promise<void> {
  await shop.sql(
    'product',
    `insert into products (product_id, sku, name, price_amount, price_currency, added_at) values ($1, 'T1', 'tea', 250, 'GBP', now())`,
    [product],
  );
  await shop.sql(
    'product',
    `insert into shelves (product_id, available, reserved, sold, initial, adjusted) values ($1, 8, 0, 3, 10, 1)`,
    [product],
  );
  const added = await shop.say('product', 'product.events', 'product.added', product, {
    productId: product,
    stock: 10,
  });
  for (const consumer of ['cart.prices', 'order.prices']) await shop.hear(consumer, added);
  await shop.say('product', 'product.events', 'product.stock-adjusted', product, { productId: product, delta: 1 });
}

/** Checked out, placed, and asked for its goods; the id of the reserve command as the product service has heard it. */
async function place(shop: PlantedShop, order: string, product: string, quantity: number): Promise<string> {
  const key = createHash('sha256').update(order).digest('hex');
  await shop.sql(
    'cart',
    `insert into checkouts (order_id, user_id, status, total_amount, total_currency, key_hash, body_hash, checked_out_at, sequence) values ($1, $2, 'placed', $3, 'GBP', $4, 'b', now(), 2)`,
    [order, ann, 250 * quantity, key],
  );
  const checkedOut = await shop.hear(
    'order',
    await shop.say('cart', 'cart.events', 'cart.checked-out', order, { orderId: order }),
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
  await journal(shop, order, checkedOut, 'start', 'not started', 'asking reserve stock');
  await shop.hear(
    'cart',
    await shop.say('order', 'order.events', 'order.placed', order, { orderId: order }, checkedOut),
  );
  return shop.hear(
    'product',
    await shop.say('order', 'stock.commands', 'stock.reserve', order, { orderId: order }, checkedOut),
  );
}

async function buy(shop: PlantedShop, order: string, product: string): Promise<void> {
  const lines = [{ productId: product, quantity: 3 }];
  const reserve = await place(shop, order, product, 3);
  const reserved = await shop.hear(
    'order',
    await shop.say(
      'product',
      'stock.events',
      'stock.reserved',
      order,
      { orderId: order, lines, reservedAt: 'then' },
      reserve,
    ),
  );
  await journal(shop, order, reserved, 'reply', 'asking reserve stock', 'asking take payment');
  const take = await shop.hear(
    'payment',
    await shop.say('order', 'payment.commands', 'payment.take', order, { orderId: order }, reserved),
  );
  await shop.say('payment', 'payment.events', 'payment.started', order, { orderId: order }, take);
  const call = randomUUID();
  await shop.sql(
    'payment',
    `insert into msg_effects (id, name, key, payload, cause, correlation, done_at) values ($1, 'payment.take', $2, '{}', $3, $4, now())`,
    [call, `${order}:take:1`, take, order],
  );
  await pay(shop, order, call);
  const taken = await shop.hear(
    'order',
    await shop.say(
      'payment',
      'payment.events',
      'payment.taken',
      order,
      { orderId: order, amount: { amount: 750, currency: 'GBP' }, takenAt: 'then' },
      call,
    ),
  );
  await journal(shop, order, taken, 'reply', 'asking take payment', 'passed confirm', 'asking hand over the goods');
  await shop.hear('cart', await shop.say('order', 'order.events', 'order.confirmed', order, { orderId: order }, taken));
  const sell = await shop.hear(
    'product',
    await shop.say('order', 'stock.commands', 'stock.sell', order, { orderId: order }, taken),
  );
  await shop.sql('product', `insert into reservations (order_id, status, lines) values ($1, 'sold', $2)`, [
    order,
    JSON.stringify(lines),
  ]);
  const sold = await shop.hear(
    'order',
    await shop.say('product', 'stock.events', 'stock.sold', order, { orderId: order, lines, soldAt: 'then' }, sell),
  );
  await journal(shop, order, sold, 'reply', 'asking hand over the goods', 'completed');
  await end(shop, order, 'confirmed', 'completed');
}

async function refuse(shop: PlantedShop, order: string, product: string): Promise<void> {
  const reserve = await place(shop, order, product, 50);
  await shop.sql('product', `insert into reservations (order_id, status, shortages) values ($1, 'refused', '[]')`, [
    order,
  ]);
  const no = await shop.hear(
    'order',
    await shop.say(
      'product',
      'stock.events',
      'stock.refused',
      order,
      { orderId: order, reason: 'out-of-stock' },
      reserve,
    ),
  );
  await journal(shop, order, no, 'reply', 'asking reserve stock', 'failed');
  await shop.hear('cart', await shop.say('order', 'order.events', 'order.rejected', order, { orderId: order }, no));
  await end(shop, order, 'rejected', 'failed');
}

/** The lines of one cause, each beginning where the one before it ended. */
async function journal(
  shop: PlantedShop,
  order: string,
  cause: string,
  kind: string,
  ...positions: readonly string[]
): Promise<void> {
  for (const [at, to] of positions.slice(1).entries()) {
    const transition = JSON.stringify({ from: positions[at], to, cause: kind, detail: null });
    await shop.sql(
      'order',
      `insert into msg_saga_journal (id, saga_id, at, cause, transition) values ($1, 'place-order:' || $2, now(), $3, $4)`,
      [randomUUID(), order, cause, transition],
    );
  }
}

async function end(
  shop: PlantedShop,
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

async function pay(shop: PlantedShop, order: string, cause: string): Promise<void> {
  await shop.sql(
    'payment',
    `insert into payments (order_id, payment_id, status, user_id, due_amount, due_currency, method, requested_at, captured_amount, captured_currency, reference, taken_at,
       refunded_amount, refunded_currency, goodwill_amount, goodwill_currency, goodwill_pending_amount, goodwill_pending_currency)
     values ($1, $2, 'taken', $3, 750, 'GBP', 'sim_ok', now(), 750, 'GBP', 'r', now(), 0, 'GBP', 0, 'GBP', 0, 'GBP')`,
    [order, randomUUID(), ann],
  );
  await book(shop, order, 'take:1', 750, cause);
  shop.provider({
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
  shop: PlantedShop,
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
