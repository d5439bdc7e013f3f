import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { UserForgotten, type OrderId } from '@tradewind/contracts';
import { eventually } from '@tradewind/testing';
import { actionsOn } from '../../../test/actions.js';
import { as, historyOf, OrderClient } from '../test/order-client.fixture.spec.js';
import {
  anAddress,
  anUuid,
  startOrderEnvironment,
  type OrderEnvironment,
  type Person,
} from '../test/order-environment.fixture.spec.js';
import { tooMany } from '../test/participants.fixture.spec.js';
import { readEvents } from '../test/read-events.fixture.spec.js';
import { ordersFromEvents } from './recovery/orders-from-events.js';

jest.setTimeout(30_000);

let environment: OrderEnvironment;
let ann: Person;
let staff: Person;
let client: OrderClient;
let confirmed: OrderId;
let rejected: OrderId;
let pending: OrderId;

beforeAll(async () => {
  environment = await startOrderEnvironment();
  [ann, staff] = await Promise.all([environment.aPerson(), environment.anAdmin()]);
  client = new OrderClient(environment, ann);
  confirmed = await environment.checkOut(ann);
  rejected = await environment.checkOut(ann, { quantity: tooMany });
  pending = await environment.checkOut(ann, { method: 'sim_silent' });
  for (const id of [confirmed, rejected]) await client.outcome(id);
  await client.read(pending, '').expect(200);
}, 120_000);
afterAll(() => environment?.stop(), 30_000);

const get = (path: string, person = staff) => environment.http().get(`/staff/orders${path}`).set(as(person));
const cancel = (id: string, body: object = { reason: 'asked-by-buyer' }, person = staff) =>
  environment.http().post(`/staff/orders/${id}/cancel`).set(as(person)).send(body);
const idsOf = async (query: string): Promise<string[]> =>
  (await get(query).expect(200)).body.items.map(({ id }: { id: string }) => id);

describe('the list of all orders', () => {
  it('has the orders of every buyer, newest first, in pages', async () => {
    const bob = await environment.aPerson();
    const ofBob = await environment.checkOut(bob);
    await new OrderClient(environment, bob).outcome(ofBob);
    expect(await idsOf('')).toEqual([ofBob, pending, rejected, confirmed]);
    const { body: first } = await get('?limit=3').expect(200);
    expect(first.items[0]).toMatchObject({
      id: ofBob,
      userId: bob.userId,
      articles: 1,
      acceptedAt: expect.any(String),
    });
    expect(await idsOf(`?limit=3&cursor=${first.nextCursor}`)).toEqual([confirmed]);
    expect(await idsOf(`?userId=${bob.userId}`)).toEqual([ofBob]);
  });
  it('is filtered by status, buyer and time of acceptance', async () => {
    const { acceptedAt } = (await get(`/${rejected}`).expect(200)).body;
    const after = new Date(Date.parse(acceptedAt) + 1).toISOString();
    const ofAnn = `userId=${ann.userId}`;
    expect(await idsOf(`?${ofAnn}&status=rejected`)).toEqual([rejected]);
    expect(await idsOf(`?status=pending`)).toEqual([pending]);
    expect(await idsOf(`?${ofAnn}&from=${acceptedAt}`)).toEqual([pending, rejected]);
    expect(await idsOf(`?${ofAnn}&from=${acceptedAt}&to=${after}`)).toEqual([rejected]);
    expect(await idsOf(`?${ofAnn}&to=${acceptedAt}&status=confirmed`)).toEqual([confirmed]);
    expect(await idsOf('?to=1969-01-01T00:00:00Z')).toEqual([]);
  });
});

describe('an order that staff looks at', () => {
  it('shows where it goes, but not to whom', async () => {
    const { body } = await get(`/${confirmed}`).expect(200);
    const { city, country, ...hidden } = anAddress;
    expect(body).toMatchObject({
      id: confirmed,
      userId: ann.userId,
      status: 'confirmed',
      destination: { city, country },
    });
    for (const text of Object.values(hidden)) expect(JSON.stringify(body)).not.toContain(text);
  });
  it('names the lines that were out of stock', async () =>
    expect((await get(`/${rejected}`).expect(200)).body.shortages).toMatchObject([{ wanted: tooMany, available: 3 }]));
  it('has no destination after its buyer is forgotten', async () => {
    const bob = await environment.aPerson();
    const id = await environment.checkOut(bob);
    await new OrderClient(environment, bob).outcome(id);
    await environment.participants.publish(UserForgotten, {
      userId: bob.userId,
      forgottenAt: new Date().toISOString(),
    });
    await eventually(async () => (await get(`/${id}`).expect(200)).body.destination === null);
  });
  it('is unknown with another id', async () => void (await get(`/${anUuid()}`).expect(404)));
});

describe('an order that staff cancels for its buyer', () => {
  it.each([
    ['pending', { method: 'sim_silent' }],
    ['confirmed', {}],
  ])('is compensated while it is %s, and records who and why', async (status, options) => {
    const id = await environment.checkOut(ann, options);
    if (status === 'confirmed') await client.outcome(id);
    else
      await client.untilFound("select 1 from msg_sagas where subject = $1 and state->>'step' = 'take payment'", [id]);
    expect((await cancel(id, { reason: 'fraud-suspected' }).expect(202)).body).toEqual({ orderId: id });
    await cancel(id).expect(409);
    const order = await client.outcome(id);
    expect([order.status, historyOf(order).slice(-2)]).toEqual(['cancelled', ['cancellation-requested', 'cancelled']]);
    const { history } = (await get(`/${id}`).expect(200)).body;
    expect(history.at(-2).by).toEqual({ staffId: staff.userId, reason: 'fraud-suspected' });
    expect(await actionsOn(environment.sql, id)).toMatchObject([
      { action: 'order.cancel', actor: staff.userId, reason: 'fraud-suspected', detail: { before: { status } } },
    ]);
  });
  it('shows its buyer that staff did it, but neither who nor why', async () => {
    const id = await environment.checkOut(ann);
    await client.outcome(id);
    await cancel(id).expect(202);
    const order = await client.outcome(id);
    const events = await readEvents(`${environment.url()}/orders/${id}/events`, as(ann));
    expect([order.history.at(-2).by, events.at(-2)!.data['by']]).toEqual(['staff', 'staff']);
    expect(JSON.stringify([order, events])).not.toContain(staff.userId);
    expect(JSON.stringify([order, events])).not.toContain('asked-by-buyer');
  });
  it('is not cancelled after it was rejected, without a reason, or with another one', async () => {
    expect((await cancel(rejected).expect(409)).body.type).toBe('/problems/order-already-rejected');
    for (const body of [{}, { reason: 'because' }]) await cancel(confirmed, body).expect(400);
    await cancel(anUuid()).expect(404);
  });
});

describe('a customer', () => {
  it('can call none of these routes', async () => {
    await get('', ann).expect(403);
    await get(`/${confirmed}`, ann).expect(403);
    await cancel(confirmed, { reason: 'other' }, ann).expect(403);
    await environment.http().get('/staff/orders').expect(401);
  });
  it('keeps the routes of customers apart: staff sees no order of others there', async () => {
    await client.read(confirmed, '', staff).expect(404);
    expect((await environment.http().get('/orders').set(as(staff)).expect(200)).body.items).toEqual([]);
  });
});

describe('all these orders', () => {
  it('are recovered from the order events alone, with who cancelled them', async () => {
    await eventually(async () => (await environment.sql('select 1 from msg_outbox')).length === 0);
    const messages = await client.orderEvents();
    expect(
      [...ordersFromEvents(messages).values()].sort((one, other) => (one.orderId < other.orderId ? -1 : 1)),
    ).toEqual(await environment.orders());
  });
});
