import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { DeadLetters } from '@tradewind/operations';
import { eventually } from '@tradewind/testing';
import { actionsOn } from '../../../test/actions.js';
import { as, OrderClient } from '../test/order-client.fixture.spec.js';
import {
  anAddress,
  anUuid,
  startOrderEnvironment,
  type OrderEnvironment,
  type Person,
} from '../test/order-environment.fixture.spec.js';
import { tooMany } from '../test/participants.fixture.spec.js';
import { isSigned, PartnerServer } from '../test/webhook-receiver.fixture.spec.js';

jest.setTimeout(60_000);

/** With their delays, some seconds. */
const maxAttempts = 6;
const everything = ['order.placed', 'order.confirmed', 'order.rejected', 'order.cancelled'];

let environment: OrderEnvironment;
let ann: Person;
let staff: Person;
let client: OrderClient;
const servers: PartnerServer[] = [];

beforeAll(async () => {
  environment = await startOrderEnvironment({ WEBHOOK_TARGETS: 'any', WEBHOOK_MAX_ATTEMPTS: String(maxAttempts) });
  [ann, staff] = await Promise.all([environment.aPerson(), environment.anAdmin()]);
  client = new OrderClient(environment, ann);
}, 120_000);
afterAll(async () => {
  await environment?.stop();
  await Promise.all(servers.map((server) => server.stop()));
}, 30_000);

const call = (method: 'get' | 'post' | 'patch', path: string, person = staff) =>
  environment.http()[method](`/webhooks${path}`).set(as(person));

interface Endpoint {
  readonly id: string;
  readonly secret: string;
  readonly server: PartnerServer;
}
async function anEndpoint(events: readonly string[] = everything): Promise<Endpoint> {
  const server = await new PartnerServer().start();
  servers.push(server);
  const { body } = await call('post', '').send({ url: server.url, events }).expect(201);
  return { id: body.id, secret: body.secret, server };
}
const disable = async ({ id }: Endpoint) => void (await call('patch', `/${id}`).send({ enabled: false }).expect(200));
const deliveriesOf = async ({ id }: Endpoint) => (await call('get', `/${id}/deliveries`).expect(200)).body;
const aConfirmed = async () => (await client.outcome(await environment.checkOut(ann))).id as string;

describe('a registered endpoint', () => {
  let endpoint: Endpoint;
  beforeAll(async () => void (endpoint = await anEndpoint()));
  afterAll(() => disable(endpoint));

  it('gets the events that it asked for, in their order, signed, and without personal data', async () => {
    const confirmed = await aConfirmed();
    const rejected = await environment.checkOut(ann, { quantity: tooMany });
    await eventually(() => endpoint.server.typesOf(rejected).length === 2);
    expect(endpoint.server.typesOf(confirmed)).toEqual(['order.placed', 'order.confirmed']);
    expect(endpoint.server.typesOf(rejected)).toEqual(['order.placed', 'order.rejected']);
    for (const received of endpoint.server.received) {
      expect(isSigned(received, endpoint.secret)).toBe(true);
      expect(isSigned({ ...received, body: `${received.body} ` }, endpoint.secret)).toBe(false);
      for (const text of [ann.userId, 'sealed:', ...Object.values(anAddress)])
        expect(received.body).not.toContain(text);
    }
    const { received } = endpoint.server;
    expect(new Set(received.map(({ id }) => id)).size).toBe(received.length);
    expect(endpoint.server.mostAtOnce).toBe(1);
    await eventually(async () => (await deliveriesOf(endpoint)).delivered === received.length);
    expect(await deliveriesOf(endpoint)).toMatchObject({ pending: [], lastDeliveredAt: expect.any(String) });
  });
  it('is recorded with who registered and disabled it, without its secret', async () => {
    const other = await anEndpoint(['order.confirmed']);
    await disable(other);
    const actions = await actionsOn(environment.sql, other.id);
    expect(actions).toMatchObject([
      {
        action: 'webhook.register',
        actor: staff.userId,
        detail: { after: { url: other.server.url, events: ['order.confirmed'] } },
      },
      { action: 'webhook.switch', detail: { before: { status: 'enabled' }, after: { status: 'disabled' } } },
    ]);
    expect(JSON.stringify(actions)).not.toContain(other.secret);
  });
  it('is listed without its secret, and only for admins', async () => {
    const { body } = await call('get', '').expect(200);
    expect(body.items.at(-1)).toMatchObject({ id: endpoint.id, enabled: true, createdBy: staff.userId });
    expect(JSON.stringify(body)).not.toContain(endpoint.secret);
    for (const [method, path] of [
      ['get', ''],
      ['post', ''],
      ['patch', `/${endpoint.id}`],
      ['get', `/${endpoint.id}/deliveries`],
    ] as const)
      await call(method, path, ann).expect(403);
    await call('get', `/${anUuid()}/deliveries`).expect(404);
    await call('patch', `/${anUuid()}`).send({ enabled: true }).expect(404);
  });
  it.each([
    [{ url: 'ftp://partner.example' }, 'url'],
    [{ url: 'https://user:secret@partner.example' }, 'url'],
    [{ events: [] }, 'events'],
    [{ events: ['payment.taken'] }, 'events'],
    [{ secret: 'mine' }, 'secret'],
  ])('is not made with %j', async (invalid, field) => {
    const { body } = await call('post', '')
      .send({ url: 'https://partner.example', events: everything, ...invalid })
      .expect(400);
    expect(body.errors.map((error: { field: string }) => error.field)).toContain(field);
  });
});

describe('an endpoint that answers 500, and then 200', () => {
  it('gets the same event again, and the later ones behind it', async () => {
    const endpoint = await anEndpoint();
    endpoint.server.behaviour = 500;
    const id = await aConfirmed();
    await eventually(() => endpoint.server.calls >= 2);
    const { pending } = await deliveriesOf(endpoint);
    expect(pending.map(({ type, state }: { type: string; state: string }) => [type, state])).toEqual([
      ['order.placed', 'retried'],
      ['order.confirmed', 'waiting'],
    ]);
    expect(pending[0].lastError).toContain('the endpoint answered 500');
    endpoint.server.behaviour = 200;
    await eventually(() => endpoint.server.received.length === 2);
    expect(endpoint.server.typesOf(id)).toEqual(['order.placed', 'order.confirmed']);
    await disable(endpoint);
  });
});

describe('an endpoint that redirects', () => {
  it('is not followed', async () => {
    const endpoint = await anEndpoint(['order.placed']);
    endpoint.server.behaviour = 'redirect';
    await aConfirmed();
    await eventually(async () => (await deliveriesOf(endpoint)).pending[0]?.lastError?.includes('answered 302'));
    expect(endpoint.server.received).toEqual([]);
    await disable(endpoint);
  });
});

describe('a slow endpoint', () => {
  it('delays no order and no other endpoint', async () => {
    const [slow, other] = [await anEndpoint(), await anEndpoint()];
    slow.server.behaviour = 'silent';
    const id = await aConfirmed();
    await eventually(() => other.server.typesOf(id).length === 2);
    await eventually(() => slow.server.calls === 1);
    expect(slow.server.received).toEqual([]);
    slow.server.behaviour = 200;
    slow.server.release();
    await eventually(() => slow.server.typesOf(id).length === 2);
    await disable(slow);
    await disable(other);
  });
});

describe('an endpoint that is down for too long', () => {
  it('has a dead letter that blocks its later events, until an operator redrives it', async () => {
    const endpoint = await anEndpoint();
    await endpoint.server.stop();
    const id = await aConfirmed();
    await eventually(async () => (await deliveriesOf(endpoint)).pending[0]?.state === 'dead-letter');
    expect((await deliveriesOf(endpoint)).pending).toMatchObject([
      { type: 'order.placed', attempts: maxAttempts },
      { type: 'order.confirmed', state: 'waiting' },
    ]);
    const letters = new DeadLetters({ order: environment.dataSource() });
    const [key] = await letters.select({ messages: [], key: endpoint.id });
    expect(key).toMatchObject({
      consumer: 'effects',
      topic: 'order.deliver-webhook',
      messages: 2,
      attempts: maxAttempts,
    });
    expect(await letters.find(key!.first!)).toMatchObject([{ behind: 1 }]);
    await endpoint.server.start();
    await letters.redrive(key!, 'the partner is up again');
    await eventually(() => endpoint.server.typesOf(id).length === 2);
    expect(endpoint.server.typesOf(id)).toEqual(['order.placed', 'order.confirmed']);
    expect(await letters.select({ messages: [], all: true })).toEqual([]);
    await disable(endpoint);
  });
});

describe('a disabled endpoint', () => {
  it('gets neither what waits nor what happens meanwhile, and new events once it is enabled', async () => {
    const endpoint = await anEndpoint(['order.placed']);
    endpoint.server.behaviour = 500;
    const waiting = await aConfirmed();
    await eventually(() => endpoint.server.calls > 0);
    await disable(endpoint);
    const meanwhile = await aConfirmed();
    endpoint.server.behaviour = 200;
    await eventually(async () => (await deliveriesOf(endpoint)).pending.length === 0);
    await call('patch', `/${endpoint.id}`).send({ enabled: true }).expect(200);
    const after = await aConfirmed();
    await eventually(() => endpoint.server.typesOf(after).length === 1);
    expect([endpoint.server.typesOf(waiting), endpoint.server.typesOf(meanwhile)]).toEqual([[], []]);
    await disable(endpoint);
  });
});

describe('a service that stops in the middle of a delivery', () => {
  it('makes it again with the same id, and keeps the order', async () => {
    const endpoint = await anEndpoint();
    endpoint.server.behaviour = 'silent';
    const id = await aConfirmed();
    await eventually(() => endpoint.server.calls === 1);
    await environment.restart();
    endpoint.server.behaviour = 200;
    endpoint.server.release();
    await eventually(() => endpoint.server.typesOf(id).length === 2);
    expect(endpoint.server.typesOf(id)).toEqual(['order.placed', 'order.confirmed']);
    const [{ id: delivered } = { id: '' }] = endpoint.server.received;
    expect(
      await environment.sql("select id from msg_outbox_archive where key = $1 and type = 'order.placed'", [id]),
    ).toEqual([{ id: delivered }]);
    await disable(endpoint);
  });
});

describe('twenty endpoints', () => {
  it('are enough', async () => {
    const body = { url: 'https://partner.example', events: ['order.cancelled'] };
    for (
      let answer = await call('post', '').send(body);
      answer.status === 201;
      answer = await call('post', '').send(body)
    );
    expect((await call('post', '').send(body).expect(409)).body.type).toBe('/problems/too-many-endpoints');
  });
});
