import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@tradewind/testing';
import { sign } from '../../../tools/provider/webhook.js';
import { actionsOn } from '../../../test/actions.js';
import { fourEyes } from '../test/four-eyes.scenario.js';
import {
  anOrder,
  PaymentEnvironment,
  pence,
  webhookSecret as secret,
  type Answer,
} from '../test/payment-environment.fixture.spec.js';
import { refundKey, takeKey } from './domain/operation-keys.js';
import { answeredRefunds } from './http/grant-goodwill.idempotency.js';
import { paymentsFromEvents } from './recovery/payments-from-events.js';
import { PaymentQueries } from './storage/payment.queries.js';

describe('the payment service', () => {
  let environment: PaymentEnvironment;
  beforeAll(async () => void (environment = await PaymentEnvironment.open()), 60_000);
  afterEach(() => void (environment.provider.unreachableFor = 'nothing'));
  afterAll(() => environment.close(), 30_000);

  describe('a take command', () => {
    it.each(['sim_ok', 'sim_slow', 'sim_flaky', 'sim_lost'])('takes the money by %s and books it', async (method) => {
      const orderId = anOrder();
      await environment.take(orderId, method);
      await environment.publishes(orderId, 'started', 'taken');
      expect(await environment.balances(orderId)).toEqual([
        { account: `customer:${orderId}`, balance: -1999 },
        { account: 'provider:clearing', balance: 1999 },
      ]);
    });
    it('publishes a decline', async () => {
      const orderId = anOrder();
      await environment.take(orderId, 'sim_declined');
      await environment.publishes(orderId, 'started', 'declined');
      expect(await environment.balances(orderId)).toEqual([]);
    });
    it('gets the same reply when it is repeated, and takes the money once', async () => {
      const { orderId } = await environment.aPaidOrder();
      await environment.take(orderId);
      await environment.publishes(orderId, 'started', 'taken', 'taken');
      const [, first, second] = await environment.events(orderId);
      expect(second!.payload).toBe(first!.payload);
      expect(await environment.balances(orderId)).toContainEqual({ account: 'provider:clearing', balance: 1999 });
    });
  });

  describe('a full refund', () => {
    it('refunds everything, once', async () => {
      const { orderId } = await environment.aPaidOrder();
      await environment.refund(orderId);
      await environment.publishes(orderId, 'started', 'taken', 'refund-started', 'refunded');
      await environment.refund(orderId);
      await environment.publishes(orderId, 'started', 'taken', 'refund-started', 'refunded', 'refunded');
      expect(await environment.provider.provider.find(refundKey(orderId))).toMatchObject({
        status: 'refunded',
        amount: pence(1999),
      });
      expect((await environment.balances(orderId)).map(({ balance }) => balance)).toEqual([0, 0]);
    });
    it('prevents a take that arrives later', async () => {
      const orderId = anOrder();
      await environment.refund(orderId);
      await environment.take(orderId);
      await environment.publishes(orderId, 'refunded', 'declined');
      expect(JSON.parse((await environment.events(orderId))[1]!.payload)).toMatchObject({ reason: 'cancelled' });
      expect(await environment.provider.provider.find(takeKey(orderId))).toEqual({ status: 'absent' });
    });
    it('does not wait for a take without answer, and voids it', async () => {
      const orderId = anOrder();
      await environment.take(orderId, 'sim_down');
      await environment.refund(orderId);
      await environment.publishes(orderId, 'started', 'refund-started', 'refunded');
      expect(await environment.statusOf(orderId)).toBe('void');
      expect(await environment.provider.provider.find(takeKey(orderId))).toEqual({ status: 'voided' });
    });
    it('records a late capture and refunds it', async () => {
      const orderId = anOrder();
      environment.provider.unreachableFor = 'takes';
      await environment.take(orderId);
      await environment.publishes(orderId, 'started');
      await environment.provider.provider.take({ key: takeKey(orderId), amount: pence(1999), method: 'sim_ok' });
      await environment.refund(orderId);
      await environment.publishes(orderId, 'started', 'refund-started', 'taken', 'refunded');
      expect(await environment.provider.provider.find(refundKey(orderId))).toMatchObject({
        status: 'refunded',
        amount: pence(1999),
      });
      expect((await environment.balances(orderId)).map(({ balance }) => balance)).toEqual([0, 0]);
    });
    it('is retried until the provider is up again', async () => {
      const { orderId } = await environment.aPaidOrder();
      environment.provider.unreachableFor = 'everything';
      const { calls } = environment.provider;
      await environment.refund(orderId);
      await eventually(() => environment.provider.calls >= calls + 3);
      expect(await environment.statusOf(orderId)).toBe('refunding');
      environment.provider.unreachableFor = 'nothing';
      await environment.publishes(orderId, 'started', 'taken', 'refund-started', 'refunded');
    });
    it('continues after a restart', async () => {
      const { orderId } = await environment.aPaidOrder();
      environment.provider.unreachableFor = 'everything';
      await environment.refund(orderId);
      await environment.becomes(orderId, 'refunding');
      await environment.harness.restart();
      environment.provider.unreachableFor = 'nothing';
      await environment.publishes(orderId, 'started', 'taken', 'refund-started', 'refunded');
    });
  });

  describe('a refund out of goodwill', () => {
    it('refunds a part, and a full refund the rest', async () => {
      const { orderId, paymentId } = await environment.aPaidOrder(1000);
      const { status, body } = await environment.grant(paymentId, 300);
      expect([status, body]).toEqual([
        201,
        {
          id: expect.any(String),
          status: 'started',
          amount: pence(300),
          reason: 'damaged',
          startedAt: expect.any(String),
        },
      ]);
      await environment.publishes(orderId, 'started', 'taken', 'goodwill-started', 'goodwill-refunded');
      const listed = await environment.call('GET', `/payments?orderId=${orderId}`, { role: 'admin' });
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
      await environment.refund(orderId);
      await environment.publishes(
        orderId,
        'started',
        'taken',
        'goodwill-started',
        'goodwill-refunded',
        'refund-started',
        'refunded',
      );
      expect(await environment.provider.provider.find(refundKey(orderId))).toMatchObject({ amount: pence(700) });
      expect((await environment.balances(orderId)).map(({ balance }) => balance)).toEqual([0, 0, 0]);
    });
    it('is settled before a later full refund', async () => {
      const { orderId, paymentId } = await environment.aPaidOrder(1000);
      environment.provider.unreachableFor = 'everything';
      await environment.grant(paymentId, 300);
      await environment.refund(orderId);
      await environment.becomes(orderId, 'refunding');
      environment.provider.unreachableFor = 'nothing';
      await environment.publishes(
        orderId,
        'started',
        'taken',
        'goodwill-started',
        'refund-started',
        'goodwill-refunded',
        'refunded',
      );
      expect(await environment.provider.provider.find(refundKey(orderId))).toMatchObject({ amount: pence(700) });
    });
    it('is made once per idempotency key', async () => {
      const { orderId, paymentId } = await environment.aPaidOrder(1000);
      const answers = await Promise.all(
        Array.from({ length: 5 }, () => environment.grant(paymentId, 100, { key: orderId })),
      );
      expect(new Set(answers.map(({ status, body }) => `${status} ${body.id}`)).size).toBe(1);
      expect(answers.filter(({ headers }) => headers.get('idempotent-replayed') === 'true')).toHaveLength(4);
      expect(await environment.grant(paymentId, 200, { key: orderId })).toMatchObject({ status: 422 });
      expect(await environment.grant(paymentId, 200, { key: 'not sound' })).toMatchObject({ status: 400 });
      expect(
        await environment.query('select count(*)::int as refunds from refunds where order_id = $1', [orderId]),
      ).toEqual([{ refunds: 1 }]);
      const actions = await actionsOn((sql, values) => environment.query<object>(sql, values), paymentId);
      expect(actions).toMatchObject([
        {
          action: 'payment.refund',
          reason: 'damaged',
          detail: { after: { refundId: answers[0]!.body.id, amount: pence(100) } },
        },
      ]);
    });
    it('is made once when two administrators send the same key for a payment', async () => {
      const [{ orderId, paymentId }, other] = [await environment.aPaidOrder(1000), await environment.aPaidOrder(1000)];
      const admins = [randomUUID(), randomUUID()];
      const answers = await Promise.all(
        admins.map((by) => environment.grant(paymentId, 100, { key: 'complaint-7', by })),
      );
      expect(new Set(answers.map(({ status, body }) => `${status} ${body.id}`)).size).toBe(1);
      expect(await environment.grant(paymentId, 200, { key: 'complaint-7', by: randomUUID() })).toMatchObject({
        status: 422,
      });
      expect(await environment.grant(other.paymentId, 100, { key: 'complaint-7', by: admins[0]! })).toMatchObject({
        status: 201,
      });
      expect(
        await environment.query('select count(*)::int as refunds from refunds where order_id = $1', [orderId]),
      ).toEqual([{ refunds: 1 }]);
    });
    it('is never more than what is left, even for concurrent requests', async () => {
      const { paymentId, orderId } = await environment.aPaidOrder(1000);
      const answers = await Promise.all(Array.from({ length: 10 }, () => environment.grant(paymentId, 300)));
      expect(answers.filter(({ status }) => status === 201)).toHaveLength(3);
      expect(
        answers.filter(({ status, body }) => status === 409 && body.type === '/problems/more-than-held'),
      ).toHaveLength(7);
      await eventually(
        async () =>
          (await environment.events(orderId)).filter(({ type }) => type === 'payment.goodwill-refunded').length === 3,
      );
    });
    it('is rejected if nothing is held, and for users who are not admins', async () => {
      const { orderId, paymentId } = await environment.aPaidOrder();
      await environment.refund(orderId);
      await environment.becomes(orderId, 'refunded');
      expect(await environment.grant(paymentId, 1)).toMatchObject({
        status: 409,
        body: { type: '/problems/payment-not-taken' },
      });
      expect(await environment.grant(randomUUID(), 1)).toMatchObject({ status: 404 });
      expect(await environment.grant(paymentId, 1, { role: 'customer' })).toMatchObject({ status: 403 });
      expect(await environment.call('GET', '/payments', { role: 'customer' })).toMatchObject({ status: 403 });
      expect(await environment.call('GET', '/payments')).toMatchObject({ status: 401 });
    });
    it.each([0, -1, 1.5, '1', 1e308, null])('is rejected with the amount %p', async (amount) =>
      expect(await environment.grant(randomUUID(), amount as number)).toMatchObject({ status: 400 }),
    );
  });

  describe('the list of payments', () => {
    it('is paged, newest first', async () => {
      await environment.aPaidOrder();
      const { body } = await environment.call('GET', '/payments?limit=1', { role: 'admin' });
      const next = await environment.call('GET', `/payments?limit=1&cursor=${body.nextCursor}`, { role: 'admin' });
      expect(body.items[0]!.id > next.body.items[0]!.id).toBe(true);
    });
    it.each(['orderId=1', 'cursor=x', 'limit=1000', 'status=taken'])('rejects ?%s', async (query) =>
      expect(await environment.call('GET', `/payments?${query}`, { role: 'admin' })).toMatchObject({ status: 400 }),
    );
  });

  describe('the ledger', () => {
    it.each(['update ledger_entries set amount = 1', 'delete from ledger_entries', 'truncate ledger_entries'])(
      'forbids: %s',
      async (statement) => {
        await environment.aPaidOrder();
        await expect(environment.query(statement)).rejects.toThrow('the ledger is append-only');
      },
    );
    it('rejects lines that do not balance', async () => {
      const { orderId } = await environment.aPaidOrder();
      const add = `insert into ledger_entries (entry_id, order_id, operation, account, amount, currency, cause, at) values ('x goodwill', $1, 'x', 'goodwill', 5, 'GBP', $2, now())`;
      await expect(environment.query(add, [orderId, randomUUID()])).rejects.toThrow('must balance to 0');
    });
    it('has the cause of every line', async () =>
      expect(
        await environment.query('select operation from ledger_entries where cause not in (select id from msg_effects)'),
      ).toEqual([]));
  });

  describe('a webhook notification', () => {
    const notification = (key: string, id = `evt_${randomUUID()}`) =>
      JSON.stringify({ id, type: 'taken', key, amount: 1, currency: 'GBP', at: 'now' });
    const post = (
      body: string,
      signature = sign(body, secret, (Date.now() / 1_000) | 0),
      provider = 'simulated',
    ): Promise<Answer> =>
      environment.call('POST', `/payments/webhooks/${provider}`, { body, headers: { 'x-signature': signature } });
    const recorded = async (): Promise<number> =>
      (await environment.query<{ n: number }>('select count(*)::int as n from webhook_events'))[0]!.n;

    it('is recorded once, and changes no payment', async () => {
      const orderId = anOrder();
      const [before, body] = [await recorded(), notification(takeKey(orderId))];
      expect((await Promise.all(Array.from({ length: 5 }, () => post(body)))).map(({ status }) => status)).toEqual(
        Array(5).fill(204),
      );
      expect(await recorded()).toBe(before + 1);
      expect(await environment.statusOf(orderId)).toBeUndefined();
    });
    it('triggers a look-up of an overdue take', async () => {
      const orderId = anOrder();
      environment.provider.unreachableFor = 'takes';
      await environment.take(orderId);
      await environment.publishes(orderId, 'started');
      const older = (seconds: number) =>
        environment.query(
          "update payments set requested_at = requested_at - $2 * interval '1 second' where order_id = $1",
          [orderId, seconds],
        );
      await older(6);
      await environment.query(`update msg_effects set due_at = now() + interval '1 hour' where key = $1`, [
        takeKey(orderId),
      ]);
      await environment.provider.provider.take({ key: takeKey(orderId), amount: pence(1999), method: 'sim_ok' });
      expect(await post(notification(takeKey(orderId)))).toMatchObject({ status: 204 });
      await environment.publishes(orderId, 'started', 'taken');
      await older(-6);
    });
    it('is not recorded without a recent signature of the provider', async () => {
      const [before, body] = [await recorded(), notification('k')];
      for (const signature of [
        '',
        'x',
        sign(body, 'a wrong secret', (Date.now() / 1_000) | 0),
        sign(body, secret, (Date.now() / 1_000 - 301) | 0),
        sign(`${body} `, secret, (Date.now() / 1_000) | 0),
      ]) {
        expect(await post(body, signature)).toMatchObject({ status: 401 });
      }
      expect(await post(body, undefined, 'other')).toMatchObject({ status: 404 });
      expect(await recorded()).toBe(before);
    });
    it.each([
      '{}',
      '[]',
      'null',
      '"x"',
      '{"id":1,"type":"taken","key":"k"}',
      notification('', 'evt_1'),
      notification('k', 'x'.repeat(101)),
    ])('is rejected if it is invalid: %s', async (body) => expect((await post(body)).status).toBe(400));
  });

  describe('the API documentation', () => {
    it('contains every route', async () => {
      const { paths } = (await environment.call('GET', '/docs-json')).body;
      expect(
        Object.keys(paths)
          .filter((path) => path.startsWith('/payments'))
          .sort(),
      ).toEqual([
        '/payments',
        '/payments/refunds/awaiting-approval',
        '/payments/webhooks/{provider}',
        '/payments/{id}/refunds',
        '/payments/{id}/refunds/{refundId}/approve',
        '/payments/{id}/refunds/{refundId}/reject',
      ]);
    });
  });

  describe('a lost database', () => {
    it('is recovered from the events alone', async () => {
      const { payments, refunds, ledger } = paymentsFromEvents(await environment.events());
      const stored = await environment.service.app.get(PaymentQueries).list(1_000, undefined, undefined);
      expect(new Map(stored.map(({ payment }) => [payment.orderId, payment]))).toEqual(payments);
      expect(stored.flatMap((each) => each.refunds)).toHaveLength(refunds.size);
      for (const refund of stored.flatMap((each) => each.refunds))
        expect(refunds.get(refund.refundId)).toMatchObject(refund);
      const entries = await environment.query<object>(
        'select entry_id as "entryId", order_id as "orderId", operation, account, amount::int, currency, cause, at from ledger_entries',
      );
      expect(new Set(ledger)).toEqual(new Set(entries));
    });
    it('is recovered with every answered request', async () => {
      const published = await environment.events();
      const stored = await environment.query<object>(
        'select scope, route, key, body_hash as "bodyHash", answer, claimed_at as at from msg_idempotency',
      );
      expect(stored).not.toHaveLength(0);
      expect(new Set([...answeredRefunds(published)].map(({ claim, ...rest }) => ({ ...claim, ...rest })))).toEqual(
        new Set(stored),
      );
    });
  });

  fourEyes(() => environment);
});
