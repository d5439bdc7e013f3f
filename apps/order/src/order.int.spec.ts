import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { GoodwillRefunded, StockReserved, UserForgotten, paymentId, type OrderId } from '@tradewind/contracts';
import { money } from '@tradewind/kernel';
import { declaredTransitions } from '@tradewind/saga';
import { eventually } from '@tradewind/testing';
import {
  anAddress,
  anUuid,
  startOrderEnvironment,
  type OrderEnvironment,
  type Person,
} from '../test/order-environment.fixture.spec.js';
import { archivedProducts } from '../test/archived-products.scenario.js';
import { as, historyOf, OrderClient } from '../test/order-client.fixture.spec.js';
import { tooMany } from '../test/participants.fixture.spec.js';
import { placedDirectly } from '../test/placed-directly.scenario.js';
import { readEvents } from '../test/read-events.fixture.spec.js';
import { answeredOrders } from './http/place-order.idempotency.js';
import { maxAddressChanges } from './domain/order.js';
import { ordersFromEvents } from './recovery/orders-from-events.js';
import { cancelOrder } from './sagas/cancel-order.saga.js';
import { placeOrder } from './sagas/place-order.saga.js';

jest.setTimeout(30_000);

let environment: OrderEnvironment;
let ann: Person;
let client: OrderClient;

beforeAll(async () => {
  environment = await startOrderEnvironment();
  ann = await environment.aPerson();
  client = new OrderClient(environment, ann);
}, 120_000);
afterAll(() => environment?.stop(), 30_000);

describe('a cart that is checked out', () => {
  it('becomes a confirmed order, at the prices of the cart', async () => {
    const order = await client.outcome(await environment.checkOut(ann));
    expect(order).toMatchObject({
      status: 'confirmed',
      total: money(678, 'GBP'),
      items: [{ name: 'lamp', quantity: 2 }],
      shippingAddress: anAddress,
    });
    expect(historyOf(order)).toEqual(['placed', 'confirmed']);
  });
  it('is handed over after its confirmation, and its saga completes', async () => {
    const orderId = await environment.checkOut(ann);
    await client.untilFound("select 1 from msg_sagas where subject = $1 and status = 'completed'", [orderId]);
    await eventually(async () => (await client.publishedTypes(orderId)).includes('stock.sell'));
    expect(await client.publishedTypes(orderId)).toEqual([
      'order.placed',
      'order.confirmed',
      'payment.take',
      'stock.reserve',
      'stock.sell',
    ]);
  });
  it('is rejected when the goods are out of stock', async () =>
    expect(await client.outcome(await environment.checkOut(ann, { quantity: tooMany }))).toMatchObject({
      status: 'rejected',
      reason: 'out-of-stock',
      shortages: [{ name: 'lamp', wanted: tooMany, available: 3 }],
    }));
  it('is rejected when the card is declined, and the goods are released', async () => {
    const order = await client.outcome(await environment.checkOut(ann, { method: 'sim_declined' }));
    expect(order).toMatchObject({ status: 'rejected', reason: 'payment-declined' });
    await eventually(async () => (await client.publishedTypes(order.id)).includes('stock.release'));
  });
  it('is rejected when a step times out, and the step is compensated', async () => {
    const orderId = await environment.checkOut(ann, { method: 'sim_silent' });
    await client.untilFound(
      "select 1 from msg_timeouts where saga_id = $1 and name = 'executing take payment, attempt 1' and due_at is not null",
      [`place-order:${orderId}`],
    );
    await environment.sql('update msg_timeouts set due_at = now() where saga_id = $1', [`place-order:${orderId}`]);
    const order = await client.outcome(orderId);
    expect(order).toMatchObject({ status: 'rejected', reason: 'timed-out' });
    await eventually(async () => (await client.publishedTypes(orderId)).includes('order.rejected'));
    expect(await client.publishedTypes(orderId)).toEqual([
      'order.placed',
      'order.rejected',
      'payment.take',
      'payment.refund',
      'stock.reserve',
      'stock.release',
    ]);
  });
  it('ignores replies that no saga waits for', async () => {
    const order = await client.outcome(await environment.checkOut(ann, { quantity: tooMany }));
    await environment.participants.publish(StockReserved, {
      orderId: order.id,
      lines: [{ productId: order.items[0].productId, quantity: 1 }],
      reservedAt: new Date().toISOString(),
    });
    const next = await client.outcome(await environment.checkOut(ann));
    expect(next.status).toBe('confirmed');
    expect(await client.outcome(order.id)).toEqual(order);
  });
  it('continues after a restart', async () => {
    const orderId = await environment.checkOut(ann, { method: 'sim_silent' });
    await client.untilFound("select 1 from msg_sagas where subject = $1 and state->>'step' = 'take payment'", [
      orderId,
    ]);
    await environment.restart();
    await client.cancel(orderId).expect(202);
    expect(await client.outcome(orderId)).toMatchObject({ status: 'cancelled' });
  });
});

placedDirectly(
  () => environment,
  () => client,
);

archivedProducts(
  () => environment,
  () => client,
);

describe('an order whose buyer cancels', () => {
  it('is compensated while pending, and shows the request at once', async () => {
    const orderId = await environment.checkOut(ann, { method: 'sim_silent' });
    await eventually(async () => (await client.read(orderId, 'wait=0').expect(200)).body.status === 'pending');
    await client.cancel(orderId).expect(202);
    await client.cancel(orderId).expect(409);
    const order = await client.outcome(orderId);
    expect([order.status, historyOf(order)]).toEqual(['cancelled', ['placed', 'cancellation-requested', 'cancelled']]);
    await client.cancel(orderId).expect(409);
  });
  it('is compensated after its confirmation, once', async () => {
    const { id } = await client.outcome(await environment.checkOut(ann));
    const answers = await Promise.all([client.cancel(id), client.cancel(id), client.cancel(id)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([202, 409, 409]);
    const order = await client.outcome(id);
    expect([order.status, historyOf(order)]).toEqual([
      'cancelled',
      ['placed', 'confirmed', 'cancellation-requested', 'cancelled'],
    ]);
  });
  it('is not cancelled after it was rejected', async () => {
    const { id } = await client.outcome(await environment.checkOut(ann, { quantity: tooMany }));
    expect((await client.cancel(id).expect(409)).body.type).toBe('/problems/order-already-rejected');
  });
  it('has one outcome when cancellation and confirmation race', async () => {
    const orders = await Promise.all(Array.from({ length: 40 }, () => environment.checkOut(ann)));
    const answers = await Promise.all(
      orders.map(
        async (orderId, index) => (await client.read(orderId, `wait=${index % 2}`).expect(200), client.cancel(orderId)),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual(orders.map(() => 202));
    for (const orderId of orders) expect(await client.outcome(orderId)).toMatchObject({ status: 'cancelled' });
    const published = await environment.sql<{ key: string; outcomes: string }>(
      "select key, count(*) as outcomes from msg_outbox_archive where key = any($1) and type = 'order.cancelled' group by key",
      [orders],
    );
    expect(published.map(({ outcomes }) => Number(outcomes))).toEqual(orders.map(() => 1));
    await eventually(
      async () =>
        (
          await environment.sql(
            "select 1 from msg_sagas where subject = any($1) and status in ('running', 'compensating')",
            [orders],
          )
        ).length === 0,
    );
  });
});

describe('an order that is read', () => {
  it('is hidden from other users', async () => {
    const orderId = await environment.checkOut(ann);
    await client.outcome(orderId);
    const bob = await environment.aPerson();
    const since = Date.now();
    const answers = [
      client.read(orderId, '', bob),
      environment.http().patch(`/orders/${orderId}`).set(as(bob)).send({ shippingAddress: anAddress }),
      environment.http().post(`/orders/${orderId}/cancel`).set(as(bob)),
      environment.http().get(`/orders/${orderId}/events`).set(as(bob)),
    ];
    // As slow as a missing order: the response time must not reveal that it exists.
    const received = answers.map(async (answer) => ({
      status: (await answer).status,
      afterWaiting: Date.now() - since >= 1_900,
    }));
    expect(await Promise.all(received)).toEqual(Array(4).fill({ status: 404, afterWaiting: true }));
    await environment.http().get(`/orders/${orderId}`).expect(401);
  });
  it('is awaited, then reported as missing', async () => {
    const { headers } = await client.read(anUuid(), '').expect(404);
    expect(headers['retry-after']).toBe('1');
    await client.read('x', '').expect(400);
  });
  it('is listed, newest first, in pages', async () => {
    const bob = await environment.aPerson();
    const orders: OrderId[] = [];
    for (let count = 0; count < 3; count++) orders.push(await environment.checkOut(bob));
    for (const orderId of orders) await client.read(orderId, 'wait=20', bob).expect(200);
    const { body: first } = await environment.http().get('/orders?limit=2').set(as(bob)).expect(200);
    expect(first.items.map(({ id }: { id: string }) => id)).toEqual(orders.slice(1).toReversed());
    const { body: second } = await environment
      .http()
      .get(`/orders?limit=2&cursor=${first.nextCursor}`)
      .set(as(bob))
      .expect(200);
    expect([second.items.map(({ id }: { id: string }) => id), second.nextCursor]).toEqual([[orders[0]], null]);
    await environment.http().get('/orders?cursor=x').set(as(bob)).expect(400);
  });
  it('can get another address until it is confirmed, a limited number of times; the same address is no change', async () => {
    const elsewhere = { ...anAddress, line1: '2 Low Street' };
    const change = (orderId: string, shippingAddress = elsewhere) =>
      environment.http().patch(`/orders/${orderId}`).set(as(ann)).send({ shippingAddress });
    const orderId = await environment.checkOut(ann, { method: 'sim_silent' });
    expect((await change(orderId).expect(200)).body.shippingAddress).toEqual(elsewhere);
    const writes = () =>
      environment.sql("select 1 from msg_outbox_archive where key = $1 and type = 'order.address-changed'", [orderId]);
    expect((await change(orderId).expect(200)).body.shippingAddress).toEqual(elsewhere);
    for (let number = 1; number < maxAddressChanges; number++)
      await change(orderId, { ...elsewhere, line1: `${number} Low Lane` }).expect(200);
    expect((await change(orderId).expect(409)).body.type).toBe('/problems/too-many-address-changes');
    await eventually(async () => (await writes()).length === maxAddressChanges);
    const { id } = await client.outcome(await environment.checkOut(ann));
    expect((await change(id).expect(409)).body.type).toBe('/problems/order-already-confirmed');
  });
  it('shows a goodwill refund, once', async () => {
    const { id } = await client.outcome(await environment.checkOut(ann));
    const refund = {
      orderId: id,
      paymentId: paymentId(anUuid()),
      refundId: anUuid(),
      amount: money(100, 'GBP'),
      reference: 'r',
      refundedAt: new Date().toISOString(),
    };
    await environment.participants.publish(GoodwillRefunded, refund);
    await environment.participants.publish(GoodwillRefunded, refund);
    await eventually(async () => historyOf(await client.outcome(id)).includes('goodwill-recorded'));
    expect(await client.outcome(id)).toMatchObject({ status: 'confirmed', goodwill: money(100, 'GBP') });
  });
  it('has no address after its buyer is forgotten', async () => {
    const bob = await environment.aPerson();
    const orderId = await environment.checkOut(bob);
    await client.read(orderId, 'wait=20', bob).expect(200);
    await environment.participants.publish(UserForgotten, {
      userId: bob.userId,
      forgottenAt: new Date().toISOString(),
    });
    await eventually(async () => (await client.read(orderId, '', bob)).body.shippingAddress === null);
    expect((await client.read(orderId, '', bob)).body.status).toBe('confirmed');
    expect(
      await environment.sql('select wrapped_key is null as destroyed from svc_data_keys where user_id = $1', [
        bob.userId,
      ]),
    ).toEqual([{ destroyed: true }]);
  });
  it('is cancelled when its buyer leaves while it is pending, or before it is placed', async () => {
    const bob = await environment.aPerson();
    const [pending, address] = [
      await environment.checkOut(bob, { method: 'sim_silent' }),
      await environment.sealedAddress(bob),
    ];
    await environment.participants.publish(UserForgotten, {
      userId: bob.userId,
      forgottenAt: new Date().toISOString(),
    });
    await eventually(async () => (await client.read(pending, '', bob)).body.status === 'cancelled');
    const late = await environment.checkOut(bob, { address });
    await eventually(async () => (await client.read(late, '', bob)).body.status === 'cancelled');
  });
});

describe('the events of an order', () => {
  const events = (orderId: string) => `${environment.url()}/orders/${orderId}/events`;

  it('arrive as they happen, and end with the order', async () => {
    const orderId = await environment.checkOut(ann, { method: 'sim_silent' });
    const reading = readEvents(events(orderId), as(ann));
    await readEvents(events(orderId), as(ann), 1);
    await client.cancel(orderId).expect(202);
    const received = await reading;
    expect(received.map(({ id, event }) => [id, event])).toEqual([
      ['1', 'placed'],
      ['2', 'cancellation-requested'],
      ['3', 'cancelled'],
    ]);
    expect(received[2]!.data).toEqual({ orderId, at: expect.any(String) });
  });
  it('continue after the last received event, and end with 204', async () => {
    const { id } = await client.outcome(await environment.checkOut(ann, { quantity: tooMany }));
    expect(
      (await readEvents(events(id), { ...as(ann), 'last-event-id': '1' })).map(({ event, data }) => [
        event,
        data['reason'],
        data['shortages'],
      ]),
    ).toEqual([
      ['rejected', 'out-of-stock', [{ productId: expect.any(String), name: 'lamp', wanted: tooMany, available: 3 }]],
    ]);
    await environment
      .http()
      .get(`/orders/${id}/events`)
      .set({ ...as(ann), 'last-event-id': '2' })
      .expect(204);
    expect(await readEvents(events(id), { ...as(ann), 'last-event-id': '0' })).toHaveLength(2);
  });
  it('do not continue after what is no event of theirs', async () => {
    const { id } = await client.outcome(await environment.checkOut(ann, { quantity: tooMany }));
    for (const last of ['-1', '3', '999999', '', 'x', '1,2', '1000000']) {
      const { status } = await fetch(events(id), { headers: { ...as(ann), 'last-event-id': last } });
      expect([last, status]).toEqual([last, 400]);
    }
  });
  it('arrive on at most five streams of a person, and on another one after one is closed', async () => {
    const bob = await environment.aPerson();
    const orderId = await environment.checkOut(bob, { method: 'sim_silent' });
    const open = () => {
      const connection = new AbortController();
      return fetch(events(orderId), { headers: as(bob), signal: connection.signal }).then(({ status }) => ({
        status,
        close: () => connection.abort(),
      }));
    };
    const streams = await Promise.all(Array.from({ length: 7 }, open));
    expect(streams.map(({ status }) => status).sort()).toEqual([200, 200, 200, 200, 200, 429, 429]);
    streams.find(({ status }) => status === 200)!.close();
    const next = await eventually(async () => {
      const stream = await open();
      return stream.status === 200 && stream;
    });
    for (const { close } of [...streams, next]) close();
  });
  it('end when the access token expires', async () => {
    const orderId = await environment.checkOut(ann, { method: 'sim_silent' });
    const short = await environment.tokenFor(ann, '2s');
    expect(await readEvents(events(orderId), as(short))).toHaveLength(1);
  });
});

describe('the waits of a person', () => {
  it('are twenty at a time', async () => {
    const eve = await environment.aPerson();
    const answers = await Promise.all(Array.from({ length: 25 }, () => client.read(anUuid(), '', eve)));
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses).toEqual([...Array.from({ length: 20 }, () => 404), ...Array.from({ length: 5 }, () => 429)]);
    expect(answers.find(({ status }) => status === 429)!.headers['retry-after']).toBe('5');
  });
});

describe('the routes of the service', () => {
  it('are documented', async () => {
    const { body } = await environment.http().get('/docs-json').expect(200);
    expect(Object.keys(body.paths)).toEqual(
      expect.arrayContaining(['/orders', '/orders/{id}', '/orders/{id}/cancel', '/orders/{id}/events']),
    );
    expect(body.components.schemas.PlaceOrder.required.toSorted()).toEqual([
      'items',
      'paymentMethod',
      'shippingAddress',
    ]);
  });
});

describe('all messages and rows of the tests above', () => {
  it('have no dead letters', async () => expect(await environment.sql('select * from msg_blocked_keys')).toEqual([]));
  it('can be recovered from the order events alone', async () => {
    await eventually(async () => (await environment.sql('select 1 from msg_outbox')).length === 0);
    const messages = await client.orderEvents();
    const stored = await environment.orders();
    expect(stored.length).toBeGreaterThan(50);
    expect(
      [...ordersFromEvents(messages).values()].sort((one, other) => (one.orderId < other.orderId ? -1 : 1)),
    ).toEqual(stored);
  });
  it('contain every answered request with an idempotency key', async () => {
    const events = (await client.orderEvents()).map((message) => ({ message }));
    const stored = await environment.sql<object>(
      'select scope, route, key, body_hash as "bodyHash", answer, claimed_at as at from msg_idempotency',
    );
    expect(stored.length).toBeGreaterThan(1);
    expect(new Set([...answeredOrders(events)].map(({ claim, ...rest }) => ({ ...claim, ...rest })))).toEqual(
      new Set(stored),
    );
  });
  it('contain only transitions that the sagas declare', async () => {
    for (const saga of [placeOrder, cancelOrder]) {
      const declared = declaredTransitions(saga).map(({ from, to, cause }) => `${from} > ${to} (${cause})`);
      const transitions = await environment.sql<{ line: string }>(
        `select distinct (transition->>'from') || ' > ' || (transition->>'to') || ' (' || (transition->>'cause') || ')' as line from msg_saga_history where saga_id like $1`,
        [`${saga.name}:%`],
      );
      expect(declared).toEqual(expect.arrayContaining(transitions.map(({ line }) => line)));
    }
  });
});
