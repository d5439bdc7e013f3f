import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { contracts } from '@tradewind/contracts';
import { readMessage } from '@tradewind/messaging';
import { eventually } from '@tradewind/testing';
import { sign } from '../../../tools/provider/webhook.js';
import {
  anOrder,
  PaymentWorld,
  pence,
  webhookSecret as secret,
  type Answer,
} from '../test/payment-world.fixture.spec.js';
import { refundKey, takeKey } from './domain/operation-keys.js';
import { answeredRefunds } from './http/granted-once.js';
import { rebuildPayments } from './rebuild.js';
import { PaymentQueries } from './storage/payment.queries.js';

describe('the payment service', () => {
  let world: PaymentWorld;
  beforeAll(async () => void (world = await PaymentWorld.open()), 60_000);
  afterEach(() => void (world.line.cut = 'nothing'));
  afterAll(() => world.close(), 30_000);

  describe('asked for the money of an order', () => {
    it.each(['sim_ok', 'sim_slow', 'sim_flaky', 'sim_lost'])('takes it by %s, and books it', async (method) => {
      const orderId = anOrder();
      await world.take(orderId, method);
      await world.hears(orderId, 'started', 'taken');
      expect(await world.balances(orderId)).toEqual([
        { account: `customer:${orderId}`, balance: -1999 },
        { account: 'provider:clearing', balance: 1999 },
      ]);
    });
    it('says when it is declined', async () => {
      const orderId = anOrder();
      await world.take(orderId, 'sim_declined');
      await world.hears(orderId, 'started', 'declined');
      expect(await world.balances(orderId)).toEqual([]);
    });
    it('answers the same when it is asked again, and takes it once', async () => {
      const { orderId } = await world.aPaidOrder();
      await world.take(orderId);
      await world.hears(orderId, 'started', 'taken', 'taken');
      const [, first, second] = await world.said(orderId);
      expect(second!.payload).toBe(first!.payload);
      expect(await world.balances(orderId)).toContainEqual({ account: 'provider:clearing', balance: 1999 });
    });
  });

  describe('asked to undo a payment', () => {
    it('gives everything back, once', async () => {
      const { orderId } = await world.aPaidOrder();
      await world.refund(orderId);
      await world.hears(orderId, 'started', 'taken', 'refund-started', 'refunded');
      await world.refund(orderId);
      await world.hears(orderId, 'started', 'taken', 'refund-started', 'refunded', 'refunded');
      expect(await world.line.provider.find(refundKey(orderId))).toMatchObject({
        status: 'refunded',
        amount: pence(1999),
      });
      expect((await world.balances(orderId)).map(({ balance }) => balance)).toEqual([0, 0]);
    });
    it('takes nothing when the undo came first', async () => {
      const orderId = anOrder();
      await world.refund(orderId);
      await world.take(orderId);
      await world.hears(orderId, 'refunded', 'declined');
      expect(JSON.parse((await world.said(orderId))[1]!.payload)).toMatchObject({ reason: 'cancelled' });
      expect(await world.line.provider.find(takeKey(orderId))).toEqual({ status: 'absent' });
    });
    it('does not wait for a take that is never answered, and closes it for good', async () => {
      const orderId = anOrder();
      await world.take(orderId, 'sim_down');
      await world.refund(orderId);
      await world.hears(orderId, 'started', 'refund-started', 'refunded');
      expect(await world.statusOf(orderId)).toBe('void');
      expect(await world.line.provider.find(takeKey(orderId))).toEqual({ status: 'voided' });
    });
    it('keeps a late capture, and gives it back', async () => {
      const orderId = anOrder();
      world.line.cut = 'takes';
      await world.take(orderId);
      await world.hears(orderId, 'started');
      await world.line.provider.take({ key: takeKey(orderId), amount: pence(1999), method: 'sim_ok' });
      await world.refund(orderId);
      await world.hears(orderId, 'started', 'refund-started', 'taken', 'refunded');
      expect(await world.line.provider.find(refundKey(orderId))).toMatchObject({
        status: 'refunded',
        amount: pence(1999),
      });
      expect((await world.balances(orderId)).map(({ balance }) => balance)).toEqual([0, 0]);
    });
    it('goes on until a provider that is away has come back', async () => {
      const { orderId } = await world.aPaidOrder();
      world.line.cut = 'everything';
      const { calls } = world.line;
      await world.refund(orderId);
      await eventually(() => world.line.calls >= calls + 3);
      expect(await world.statusOf(orderId)).toBe('refunding');
      world.line.cut = 'nothing';
      await world.hears(orderId, 'started', 'taken', 'refund-started', 'refunded');
    });
    it('goes on after a restart', async () => {
      const { orderId } = await world.aPaidOrder();
      world.line.cut = 'everything';
      await world.refund(orderId);
      await world.becomes(orderId, 'refunding');
      await world.service.stop();
      world.line.cut = 'nothing';
      await world.start();
      await world.hears(orderId, 'started', 'taken', 'refund-started', 'refunded');
    });
  });

  describe('a refund out of goodwill', () => {
    it('gives part of the money back, and the undo gives the rest', async () => {
      const { orderId, paymentId } = await world.aPaidOrder(1000);
      const { status, body } = await world.grant(paymentId, 300);
      expect([status, body]).toEqual([
        201,
        {
          id: expect.any(String),
          status: 'started',
          amount: pence(300),
          reason: 'a broken cup',
          startedAt: expect.any(String),
        },
      ]);
      await world.hears(orderId, 'started', 'taken', 'goodwill-started', 'goodwill-refunded');
      const listed = await world.call('GET', `/payments?orderId=${orderId}`, { role: 'admin' });
      expect(listed.body).toMatchObject({
        items: [
          {
            id: paymentId,
            orderId,
            status: 'taken',
            amount: pence(1000),
            refunded: pence(300),
            refunds: [{ id: body.id, status: 'given' }],
          },
        ],
        nextCursor: null,
      });
      await world.refund(orderId);
      await world.hears(
        orderId,
        'started',
        'taken',
        'goodwill-started',
        'goodwill-refunded',
        'refund-started',
        'refunded',
      );
      expect(await world.line.provider.find(refundKey(orderId))).toMatchObject({ amount: pence(700) });
      expect((await world.balances(orderId)).map(({ balance }) => balance)).toEqual([0, 0, 0]);
    });
    it('is settled before everything is given back', async () => {
      const { orderId, paymentId } = await world.aPaidOrder(1000);
      world.line.cut = 'everything';
      await world.grant(paymentId, 300);
      await world.refund(orderId);
      await world.becomes(orderId, 'refunding');
      world.line.cut = 'nothing';
      await world.hears(
        orderId,
        'started',
        'taken',
        'goodwill-started',
        'refund-started',
        'goodwill-refunded',
        'refunded',
      );
      expect(await world.line.provider.find(refundKey(orderId))).toMatchObject({ amount: pence(700) });
    });
    it('is given once an idempotency key', async () => {
      const { orderId, paymentId } = await world.aPaidOrder(1000);
      const answers = await Promise.all(Array.from({ length: 5 }, () => world.grant(paymentId, 100, { key: orderId })));
      expect(new Set(answers.map(({ status, body }) => `${status} ${body.id}`)).size).toBe(1);
      expect(answers.filter(({ headers }) => headers.get('idempotent-replayed') === 'true')).toHaveLength(4);
      expect(await world.grant(paymentId, 200, { key: orderId })).toMatchObject({ status: 422 });
      expect(await world.grant(paymentId, 200, { key: 'not sound' })).toMatchObject({ status: 400 });
      expect(await world.query('select count(*)::int as refunds from refunds where order_id = $1', [orderId])).toEqual([
        { refunds: 1 },
      ]);
    });
    it('is never more than is left, however many ask', async () => {
      const { paymentId, orderId } = await world.aPaidOrder(1000);
      const answers = await Promise.all(Array.from({ length: 10 }, () => world.grant(paymentId, 300)));
      expect(answers.filter(({ status }) => status === 201)).toHaveLength(3);
      expect(
        answers.filter(({ status, body }) => status === 409 && body.type === '/problems/more-than-held'),
      ).toHaveLength(7);
      await eventually(
        async () => (await world.said(orderId)).filter(({ type }) => type === 'payment.goodwill-refunded').length === 3,
      );
    });
    it('is refused where nothing is held, and for others than admins', async () => {
      const { orderId, paymentId } = await world.aPaidOrder();
      await world.refund(orderId);
      await world.becomes(orderId, 'refunded');
      expect(await world.grant(paymentId, 1)).toMatchObject({
        status: 409,
        body: { type: '/problems/payment-not-taken' },
      });
      expect(await world.grant(randomUUID(), 1)).toMatchObject({ status: 404 });
      expect(await world.grant(paymentId, 1, { role: 'customer' })).toMatchObject({ status: 403 });
      expect(await world.call('GET', '/payments', { role: 'customer' })).toMatchObject({ status: 403 });
      expect(await world.call('GET', '/payments')).toMatchObject({ status: 401 });
    });
    it.each([0, -1, 1.5, '1', 1e308, null])('is refused over %p pence', async (amount) =>
      expect(await world.grant(randomUUID(), amount as number)).toMatchObject({ status: 400 }),
    );
  });

  describe('the list of payments', () => {
    it('is paged, newest first', async () => {
      await world.aPaidOrder();
      const { body } = await world.call('GET', '/payments?limit=1', { role: 'admin' });
      const next = await world.call('GET', `/payments?limit=1&cursor=${body.nextCursor}`, { role: 'admin' });
      expect(body.items[0]!.id > next.body.items[0]!.id).toBe(true);
    });
    it.each(['orderId=1', 'cursor=x', 'limit=1000', 'status=taken'])('refuses ?%s', async (query) =>
      expect(await world.call('GET', `/payments?${query}`, { role: 'admin' })).toMatchObject({ status: 400 }),
    );
  });

  describe('the ledger', () => {
    it.each(['update ledger_entries set amount = 1', 'delete from ledger_entries', 'truncate ledger_entries'])(
      'forbids: %s',
      async (statement) => {
        await world.aPaidOrder();
        await expect(world.query(statement)).rejects.toThrow('the ledger only grows');
      },
    );
    it('takes nothing that does not balance', async () => {
      const { orderId } = await world.aPaidOrder();
      const add = `insert into ledger_entries (entry_id, order_id, operation, account, amount, currency, cause, at) values ('x goodwill', $1, 'x', 'goodwill', 5, 'GBP', $2, now())`;
      await expect(world.query(add, [orderId, randomUUID()])).rejects.toThrow('must balance to 0');
    });
    it('names the cause of every line, once an operation and account', async () =>
      expect(
        await world.query('select operation from ledger_entries where cause not in (select id from msg_effects)'),
      ).toEqual([]));
  });

  describe('a notice of the provider', () => {
    const notice = (key: string, id = `evt_${randomUUID()}`) =>
      JSON.stringify({ id, type: 'taken', key, amount: 1, currency: 'GBP', at: 'now' });
    const post = (
      body: string,
      signature = sign(body, secret, (Date.now() / 1_000) | 0),
      provider = 'simulated',
    ): Promise<Answer> =>
      world.call('POST', `/payments/webhooks/${provider}`, { body, headers: { 'x-signature': signature } });
    const heard = async (): Promise<number> =>
      (await world.query<{ n: number }>('select count(*)::int as n from webhook_events'))[0]!.n;

    it('is heard once, and believed nothing', async () => {
      const orderId = anOrder();
      const [before, body] = [await heard(), notice(takeKey(orderId))];
      expect((await Promise.all(Array.from({ length: 5 }, () => post(body)))).map(({ status }) => status)).toEqual(
        Array(5).fill(204),
      );
      expect(await heard()).toBe(before + 1);
      expect(await world.statusOf(orderId)).toBeUndefined();
    });
    it('makes us look what became of a take that is overdue', async () => {
      const orderId = anOrder();
      world.line.cut = 'takes';
      await world.take(orderId);
      await world.hears(orderId, 'started');
      const older = (seconds: number) =>
        world.query("update payments set requested_at = requested_at - $2 * interval '1 second' where order_id = $1", [
          orderId,
          seconds,
        ]);
      await older(6);
      await world.query(`update msg_effects set due_at = now() + interval '1 hour' where key = $1`, [takeKey(orderId)]);
      await world.line.provider.take({ key: takeKey(orderId), amount: pence(1999), method: 'sim_ok' });
      expect(await post(notice(takeKey(orderId)))).toMatchObject({ status: 204 });
      await world.hears(orderId, 'started', 'taken');
      await older(-6);
    });
    it('is not heard when anybody else has signed it, or nobody lately', async () => {
      const [before, body] = [await heard(), notice('k')];
      for (const signature of [
        '',
        'x',
        sign(body, 'a guess of somebody', (Date.now() / 1_000) | 0),
        sign(body, secret, (Date.now() / 1_000 - 301) | 0),
        sign(`${body} `, secret, (Date.now() / 1_000) | 0),
      ]) {
        expect(await post(body, signature)).toMatchObject({ status: 401 });
      }
      expect(await post(body, undefined, 'other')).toMatchObject({ status: 404 });
      expect(await heard()).toBe(before);
    });
    it.each([
      '{}',
      '[]',
      'null',
      '"x"',
      '{"id":1,"type":"taken","key":"k"}',
      notice('', 'evt_1'),
      notice('k', 'x'.repeat(101)),
    ])('must be one: %s', async (body) => expect((await post(body)).status).toBe(400));
  });

  describe('its documentation', () => {
    it('names every route', async () => {
      const { paths } = (await world.call('GET', '/docs-json')).body;
      expect(
        Object.keys(paths)
          .filter((path) => path.startsWith('/payments'))
          .sort(),
      ).toEqual(['/payments', '/payments/webhooks/{provider}', '/payments/{id}/refunds']);
    });
  });

  describe('a database that is lost', () => {
    it('comes back from the events alone', async () => {
      const told = (await world.said()).map(({ type, payload, version, causation }) => ({
        message: readMessage(contracts.find(type)!.cls, JSON.parse(payload), version),
        causation,
      }));
      const { payments, refunds, ledger } = rebuildPayments(told);
      const kept = await world.service.app.get(PaymentQueries).list(1_000, undefined, undefined);
      expect(new Map(kept.map(({ payment }) => [payment.orderId, payment]))).toEqual(payments);
      expect(kept.flatMap((each) => each.refunds)).toHaveLength(refunds.size);
      for (const refund of kept.flatMap((each) => each.refunds))
        expect(refunds.get(refund.refundId)).toMatchObject(refund);
      const entries = await world.query<object>(
        'select entry_id as "entryId", order_id as "orderId", operation, account, amount::int, currency, cause, at from ledger_entries',
      );
      expect(new Set(ledger)).toEqual(new Set(entries));
    });
    it('comes back with every key of a request, and what it was answered', async () => {
      const told = (await world.said()).map(({ type, payload, version }) => ({
        message: readMessage(contracts.find(type)!.cls, JSON.parse(payload), version),
      }));
      const kept = await world.query<object>(
        'select scope, route, key, body_hash as "bodyHash", answer, claimed_at as at from msg_idempotency',
      );
      expect(kept).not.toHaveLength(0);
      expect(new Set([...answeredRefunds(told)].map(({ claim, ...rest }) => ({ ...claim, ...rest })))).toEqual(
        new Set(kept),
      );
    });
  });
});
