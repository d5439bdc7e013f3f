import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import {
  contracts,
  GoodwillRefunded,
  ProductRepriced,
  StockReserved,
  topics,
  UserForgotten,
} from '@tradewind/contracts';
import { money, paymentId, type OrderId } from '@tradewind/kernel';
import { readMessage } from '@tradewind/messaging';
import { declaredTransitions } from '@tradewind/saga';
import { eventually } from '@tradewind/testing';
import type { Response } from 'supertest';
import { anAddress, anUuid, startOrderWorld, type OrderWorld, type Person } from '../test/order-world.fixture.spec.js';
import { tooMany } from '../test/participants.fixture.spec.js';
import { readEvents } from '../test/read-events.fixture.spec.js';
import { answeredOrders } from './http/placed-once.js';
import { rebuildOrders } from './rebuild.js';
import { cancelOrder } from './sagas/cancel-order.saga.js';
import { placeOrder } from './sagas/place-order.saga.js';

jest.setTimeout(30_000);

let world: OrderWorld;
let ann: Person;

beforeAll(async () => {
  world = await startOrderWorld();
  ann = await world.aPerson();
}, 120_000);
afterAll(() => world?.stop(), 30_000);

const as = (person: Person) => ({ authorization: `Bearer ${person.token}` });
const read = (orderId: string, prefer = 'wait=20', person = ann) =>
  world.http().get(`/orders/${orderId}`).set(as(person)).set('prefer', prefer);
const outcome = async (orderId: string): Promise<Response['body']> => (await read(orderId).expect(200)).body;
const cancel = (orderId: string) => world.http().post(`/orders/${orderId}/cancel`).set(as(ann));
const facts = (body: { history: { what: string }[] }): string[] => body.history.map(({ what }) => what);
const place = (body: object, key = anUuid(), person = ann) =>
  world.http().post('/orders').set(as(person)).set('idempotency-key', key).send(body);
const anOrder = async (pence = 250) => ({
  items: [{ productId: await known(pence), quantity: 3 }],
  paymentMethod: 'sim_ok',
  shippingAddress: anAddress,
});
const known = async (pence: number) => {
  const productId = await world.aProduct(pence);
  await eventually(
    async () => (await world.sql('select 1 from prices where product_id = $1', [productId])).length === 1,
  );
  return productId;
};
/** What was said of an order, topic by topic in the order in which it was said. */
const words = async (orderId: string): Promise<string[]> =>
  (
    await world.sql<{ type: string }>('select type from msg_outbox_archive where key = $1 order by topic, sequence', [
      orderId,
    ])
  ).map(({ type }) => type);

describe('a cart that is checked out', () => {
  it('becomes a confirmed order, at the prices of the cart', async () => {
    const order = await outcome(await world.checkOut(ann));
    expect(order).toMatchObject({
      status: 'confirmed',
      total: money(678, 'GBP'),
      items: [{ name: 'lamp', quantity: 2 }],
      shippingAddress: anAddress,
    });
    expect(facts(order)).toEqual(['placed', 'confirmed']);
  });
  it('is handed over after that, and its saga ends', async () => {
    const orderId = await world.checkOut(ann);
    await eventually(
      async () =>
        (await world.sql("select 1 from msg_sagas where subject = $1 and status = 'completed'", [orderId])).length ===
        1,
    );
    await eventually(async () => (await words(orderId)).includes('stock.sell'));
    expect(await words(orderId)).toEqual([
      'order.placed',
      'order.confirmed',
      'payment.take',
      'stock.reserve',
      'stock.sell',
    ]);
  });
  it('is rejected when the goods are not there', async () =>
    expect(await outcome(await world.checkOut(ann, { quantity: tooMany }))).toMatchObject({
      status: 'rejected',
      reason: 'out-of-stock',
    }));
  it('is rejected when the card is declined, and the goods are released', async () => {
    const order = await outcome(await world.checkOut(ann, { method: 'sim_declined' }));
    expect(order).toMatchObject({ status: 'rejected', reason: 'payment-declined' });
    await eventually(async () => (await words(order.id)).includes('stock.release'));
  });
  it('is rejected when nobody answers in time, and what may still come is undone', async () => {
    const orderId = await world.checkOut(ann, { method: 'sim_silent' });
    const running =
      "from msg_timers where saga_id = $1 and name = 'asking take payment, attempt 1' and due_at is not null";
    await eventually(async () => (await world.sql(`select 1 ${running}`, [`place-order:${orderId}`])).length === 1);
    await world.sql('update msg_timers set due_at = now() where saga_id = $1', [`place-order:${orderId}`]);
    const order = await outcome(orderId);
    expect(order).toMatchObject({ status: 'rejected', reason: 'timed-out' });
    await eventually(async () => (await words(orderId)).includes('order.rejected'));
    expect(await words(orderId)).toEqual([
      'order.placed',
      'order.rejected',
      'payment.take',
      'payment.refund',
      'stock.reserve',
      'stock.release',
    ]);
  });
  it('is left alone by answers that nobody waits for', async () => {
    const order = await outcome(await world.checkOut(ann, { quantity: tooMany }));
    await world.participants.say(StockReserved, {
      orderId: order.id,
      lines: [{ productId: order.items[0].productId, quantity: 1 }],
      reservedAt: new Date().toISOString(),
    });
    const next = await outcome(await world.checkOut(ann));
    expect(next.status).toBe('confirmed');
    expect(await outcome(order.id)).toEqual(order);
  });
  it('goes on after a restart in the middle', async () => {
    const orderId = await world.checkOut(ann, { method: 'sim_silent' });
    await eventually(
      async () =>
        (await world.sql("select 1 from msg_sagas where subject = $1 and state->>'step' = 'take payment'", [orderId]))
          .length === 1,
    );
    await world.restart();
    await cancel(orderId).expect(202);
    expect(await outcome(orderId)).toMatchObject({ status: 'cancelled' });
  });
});

describe('an order that is placed directly', () => {
  it("is priced by the service's own copy", async () => {
    const body = await anOrder(250);
    const { body: accepted, headers } = await place(body).expect(202);
    expect(headers['location']).toBe(`/orders/${accepted.orderId}`);
    expect(await outcome(accepted.orderId)).toMatchObject({
      status: 'confirmed',
      total: money(750, 'GBP'),
      shippingAddress: anAddress,
    });
  });
  it('costs what the product costs since it was repriced', async () => {
    const body = await anOrder(250);
    await world.participants.say(ProductRepriced, {
      productId: body.items[0]!.productId,
      price: money(300, 'GBP'),
      repricedAt: new Date().toISOString(),
    });
    await eventually(
      async () =>
        (
          await world.sql('select 1 from prices where product_id = $1 and price_amount = 300 and sequence = 2', [
            body.items[0]!.productId,
          ])
        ).length === 1,
    );
    expect(await outcome((await place(body).expect(202)).body.orderId)).toMatchObject({ total: money(900, 'GBP') });
  });
  it('is one order a key, also in parallel, and another body is refused', async () => {
    const body = await anOrder();
    const key = anUuid();
    const answers = await Promise.all(Array.from({ length: 10 }, () => place(body, key).expect(202)));
    expect(new Set(answers.map((answer) => answer.body.orderId)).size).toBe(1);
    expect(answers.filter((answer) => answer.headers['idempotent-replayed'] === 'true')).toHaveLength(9);
    await place({ ...body, paymentMethod: 'sim_slow' }, key).expect(422);
  });
  it('is refused by field where a product is unknown', async () => {
    const body = {
      ...(await anOrder()),
      items: [
        { productId: await known(5), quantity: 1 },
        { productId: anUuid(), quantity: 1 },
      ],
    };
    expect((await place(body).expect(422)).body.errors).toEqual([
      { field: 'items.1.productId', detail: expect.any(String) },
    ]);
  });
  it.each<[string, (body: Awaited<ReturnType<typeof anOrder>>) => object, string]>([
    ['no items', (body) => ({ ...body, items: [] }), 'items'],
    ['a negative quantity', (body) => ({ ...body, items: [{ ...body.items[0], quantity: -1 }] }), 'items.0.quantity'],
    ['a fraction', (body) => ({ ...body, items: [{ ...body.items[0], quantity: 1.5 }] }), 'items.0.quantity'],
    [
      'a price of its own',
      (body) => ({ ...body, items: [{ ...body.items[0], unitPrice: money(1, 'GBP') }] }),
      'items.0.unitPrice',
    ],
    ['another buyer', (body) => ({ ...body, userId: anUuid() }), 'userId'],
    ['no city', (body) => ({ ...body, shippingAddress: { ...anAddress, city: undefined } }), 'shippingAddress.city'],
    [
      'a line break in a line',
      (body) => ({ ...body, shippingAddress: { ...anAddress, line1: 'a\nb' } }),
      'shippingAddress.line1',
    ],
    ['an address that is a text', (body) => ({ ...body, shippingAddress: 'London' }), 'shippingAddress'],
    ['a method that is none', (body) => ({ ...body, paymentMethod: 'SIM OK' }), 'paymentMethod'],
  ])('is refused with %s', async (_, broken, field) =>
    expect(
      (await place(broken(await anOrder())).expect(400)).body.errors.map((error: { field: string }) => error.field),
    ).toContain(field),
  );
});

describe('an order whose buyer wants out', () => {
  it('is undone while it is pending, and shows it at once', async () => {
    const orderId = await world.checkOut(ann, { method: 'sim_silent' });
    await eventually(async () => (await read(orderId, 'wait=0').expect(200)).body.status === 'pending');
    await cancel(orderId).expect(202);
    await cancel(orderId).expect(409);
    const order = await outcome(orderId);
    expect([order.status, facts(order)]).toEqual(['cancelled', ['placed', 'cancellation-requested', 'cancelled']]);
    await cancel(orderId).expect(409);
  });
  it('is undone after its confirmation, once', async () => {
    const { id } = await outcome(await world.checkOut(ann));
    const answers = await Promise.all([cancel(id), cancel(id), cancel(id)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([202, 409, 409]);
    const order = await outcome(id);
    expect([order.status, facts(order)]).toEqual([
      'cancelled',
      ['placed', 'confirmed', 'cancellation-requested', 'cancelled'],
    ]);
  });
  it('is too late for a rejected one', async () => {
    const { id } = await outcome(await world.checkOut(ann, { quantity: tooMany }));
    expect((await cancel(id).expect(409)).body.type).toBe('/problems/order-already-rejected');
  });
  it('ends in one outcome however cancellation and confirmation race', async () => {
    const orders = await Promise.all(Array.from({ length: 40 }, () => world.checkOut(ann)));
    const answers = await Promise.all(
      orders.map(async (orderId, at) => (await read(orderId, `wait=${at % 2}`).expect(200), cancel(orderId))),
    );
    expect(answers.map(({ status }) => status)).toEqual(orders.map(() => 202));
    for (const orderId of orders) expect(await outcome(orderId)).toMatchObject({ status: 'cancelled' });
    const said = await world.sql<{ key: string; outcomes: string }>(
      "select key, count(*) as outcomes from msg_outbox_archive where key = any($1) and type = 'order.cancelled' group by key",
      [orders],
    );
    expect(said.map(({ outcomes }) => Number(outcomes))).toEqual(orders.map(() => 1));
    await eventually(
      async () =>
        (
          await world.sql("select 1 from msg_sagas where subject = any($1) and status in ('running', 'undoing')", [
            orders,
          ])
        ).length === 0,
    );
  });
});

describe('an order that is read', () => {
  it("is nobody else's", async () => {
    const orderId = await world.checkOut(ann);
    await outcome(orderId);
    const bob = await world.aPerson();
    const since = Date.now();
    const answers = [
      read(orderId, '', bob),
      world.http().patch(`/orders/${orderId}`).set(as(bob)).send({ shippingAddress: anAddress }),
      world.http().post(`/orders/${orderId}/cancel`).set(as(bob)),
      world.http().get(`/orders/${orderId}/events`).set(as(bob)),
    ];
    // as long in coming as one that is not there
    const told = answers.map(async (answer) => ({
      status: (await answer).status,
      afterWaiting: Date.now() - since >= 1_900,
    }));
    expect(await Promise.all(told)).toEqual(Array(4).fill({ status: 404, afterWaiting: true }));
    await world.http().get(`/orders/${orderId}`).expect(401);
  });
  it('is waited for, and then not there', async () => {
    const { headers } = await read(anUuid(), '').expect(404);
    expect(headers['retry-after']).toBe('1');
    await read('x', '').expect(400);
  });
  it('is listed, newest first, in pages', async () => {
    const bob = await world.aPerson();
    const orders: OrderId[] = [];
    for (let count = 0; count < 3; count++) orders.push(await world.checkOut(bob));
    for (const orderId of orders) await read(orderId, 'wait=20', bob).expect(200);
    const { body: first } = await world.http().get('/orders?limit=2').set(as(bob)).expect(200);
    expect(first.items.map(({ id }: { id: string }) => id)).toEqual(orders.slice(1).toReversed());
    const { body: second } = await world
      .http()
      .get(`/orders?limit=2&cursor=${first.nextCursor}`)
      .set(as(bob))
      .expect(200);
    expect([second.items.map(({ id }: { id: string }) => id), second.nextCursor]).toEqual([[orders[0]], null]);
    await world.http().get('/orders?cursor=x').set(as(bob)).expect(400);
  });
  it('goes to another address until it is confirmed', async () => {
    const elsewhere = { ...anAddress, line1: '2 Low Street' };
    const change = (orderId: string) =>
      world.http().patch(`/orders/${orderId}`).set(as(ann)).send({ shippingAddress: elsewhere });
    const orderId = await world.checkOut(ann, { method: 'sim_silent' });
    expect((await change(orderId).expect(200)).body.shippingAddress).toEqual(elsewhere);
    const { id } = await outcome(await world.checkOut(ann));
    expect((await change(id).expect(409)).body.type).toBe('/problems/order-already-confirmed');
  });
  it('shows what was given back out of goodwill, once', async () => {
    const { id } = await outcome(await world.checkOut(ann));
    const given = {
      orderId: id,
      paymentId: paymentId(anUuid()),
      refundId: anUuid(),
      amount: money(100, 'GBP'),
      reference: 'r',
      refundedAt: new Date().toISOString(),
    };
    await world.participants.say(GoodwillRefunded, given);
    await world.participants.say(GoodwillRefunded, given);
    await eventually(async () => facts(await outcome(id)).includes('goodwill-recorded'));
    expect(await outcome(id)).toMatchObject({ status: 'confirmed', goodwill: money(100, 'GBP') });
  });
  it('has no address any more once its buyer is forgotten', async () => {
    const bob = await world.aPerson();
    const orderId = await world.checkOut(bob);
    await read(orderId, 'wait=20', bob).expect(200);
    await world.participants.say(UserForgotten, { userId: bob.userId, forgottenAt: new Date().toISOString() });
    await eventually(async () => (await read(orderId, '', bob)).body.shippingAddress === null);
  });
});

describe('the events of an order', () => {
  const events = (orderId: string) => `${world.url()}/orders/${orderId}/events`;

  it('come as they happen, and end with the order', async () => {
    const orderId = await world.checkOut(ann, { method: 'sim_silent' });
    const reading = readEvents(events(orderId), as(ann));
    await readEvents(events(orderId), as(ann), 1);
    await cancel(orderId).expect(202);
    const seen = await reading;
    expect(seen.map(({ id, event }) => [id, event])).toEqual([
      ['1', 'placed'],
      ['2', 'cancellation-requested'],
      ['3', 'cancelled'],
    ]);
    expect(seen[2]!.data).toEqual({ orderId, at: expect.any(String) });
  });
  it('go on where a reader left off, and say when there is no more', async () => {
    const { id } = await outcome(await world.checkOut(ann, { quantity: tooMany }));
    expect(
      (await readEvents(events(id), { ...as(ann), 'last-event-id': '1' })).map(({ event, data }) => [
        event,
        data['reason'],
      ]),
    ).toEqual([['rejected', 'out-of-stock']]);
    await world
      .http()
      .get(`/orders/${id}/events`)
      .set({ ...as(ann), 'last-event-id': '2' })
      .expect(204);
    await world
      .http()
      .get(`/orders/${id}/events`)
      .set({ ...as(ann), 'last-event-id': '-1' })
      .expect(400);
  });
});

describe('the routes of the service', () => {
  it('are documented', async () => {
    const { body } = await world.http().get('/docs-json').expect(200);
    expect(Object.keys(body.paths)).toEqual(
      expect.arrayContaining(['/orders', '/orders/{id}', '/orders/{id}/cancel', '/orders/{id}/events']),
    );
    expect(body.components.schemas.PlaceOrder.required).toEqual(['items', 'paymentMethod', 'shippingAddress']);
  });
});

describe('everything that was said and kept above', () => {
  it('parked nothing', async () => expect(await world.sql('select * from msg_parked_lanes')).toEqual([]));
  it("can be brought back from the order's own events alone", async () => {
    await eventually(async () => (await world.sql('select 1 from msg_outbox')).length === 0);
    const said = await world.sql<{ type: string; version: number; payload: string }>(
      'select type, version, payload from msg_outbox_archive where topic = $1 order by key, sequence',
      [topics.orderEvents.name],
    );
    const messages = said.map(({ type, version, payload }) =>
      readMessage(contracts.find(type)!.cls, JSON.parse(payload), version),
    );
    const kept = await world.orders();
    expect(kept.length).toBeGreaterThan(50);
    expect([...rebuildOrders(messages).values()].sort((one, other) => (one.orderId < other.orderId ? -1 : 1))).toEqual(
      kept,
    );
  });
  it('tells every request with a key, and what it was answered', async () => {
    const said = await world.sql<{ type: string; version: number; payload: string }>(
      'select type, version, payload from msg_outbox_archive where topic = $1',
      [topics.orderEvents.name],
    );
    const told = said.map(({ type, version, payload }) => ({
      message: readMessage(contracts.find(type)!.cls, JSON.parse(payload), version),
    }));
    const kept = await world.sql<object>(
      'select scope, route, key, body_hash as "bodyHash", answer, claimed_at as at from msg_idempotency',
    );
    expect(kept.length).toBeGreaterThan(1);
    expect(new Set([...answeredOrders(told)].map(({ claim, ...rest }) => ({ ...claim, ...rest })))).toEqual(
      new Set(kept),
    );
  });
  it('shows only transitions that the sagas declare', async () => {
    for (const saga of [placeOrder, cancelOrder]) {
      const declared = declaredTransitions(saga).map(({ from, to, cause }) => `${from} > ${to} (${cause})`);
      const seen = await world.sql<{ line: string }>(
        `select distinct (transition->>'from') || ' > ' || (transition->>'to') || ' (' || (transition->>'cause') || ')' as line from msg_saga_journal where saga_id like $1`,
        [`${saga.name}:%`],
      );
      expect(declared).toEqual(expect.arrayContaining(seen.map(({ line }) => line)));
    }
  });
});
