import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '@tradewind/testing';
import { actionsOn } from '../../../test/actions.js';
import { pence, type Answer, type PaymentEnvironment } from './payment-environment.fixture.spec.js';

/** The highest sum that one person may refund in these tests. */
export const approvalLimit = 5_000;

/** Refunds above the limit. The last test of its file: requests are in no event, so the rows differ from the recovered ones afterwards. */
export const fourEyes = (payment: () => PaymentEnvironment) =>
  describe('a refund above the limit', () => {
    const [sam, eve, max] = [randomUUID(), randomUUID(), randomUUID()];
    let orderId: Awaited<ReturnType<PaymentEnvironment['aPaidOrder']>>['orderId'];
    let paymentId: string;
    let requested: Answer;
    const decide = (verdict: 'approve' | 'reject', by: string, id = requested.body.id): Promise<Answer> =>
      payment().call('POST', `/payments/${paymentId}/refunds/${id}/${verdict}`, { role: 'support', by });
    const waiting = async (): Promise<string[]> =>
      (await payment().call('GET', '/payments/refunds/awaiting-approval', { role: 'viewer' })).body.items.map(
        ({ id }) => id,
      );
    const refunds = (): Promise<object[]> =>
      payment().query('select refund_id as id, granted_by as by from refunds where order_id = $1', [orderId]);

    beforeEach(async () => {
      ({ orderId, paymentId } = await payment().aPaidOrder(2 * approvalLimit));
      requested = await payment().grant(paymentId, approvalLimit + 1, { key: paymentId, by: sam, role: 'support' });
    });

    it('waits: nothing moves, and a repeated request is the same one', async () => {
      expect(requested).toMatchObject({
        status: 202,
        body: { status: 'awaiting-approval', amount: pence(approvalLimit + 1), reason: 'damaged' },
      });
      const repeated = await payment().grant(paymentId, approvalLimit + 1, { key: paymentId, by: sam });
      expect([repeated.status, repeated.body.id]).toEqual([202, requested.body.id]);
      expect(await waiting()).toContain(requested.body.id);
      expect(await refunds()).toEqual([]);
      expect((await payment().events(orderId)).map(({ type }) => type)).toEqual(['payment.started', 'payment.taken']);
    });
    it('is refunded once when several people approve it at once', async () => {
      const answers = await Promise.all([eve, max, eve].map((by) => decide('approve', by)));
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
      await payment().publishes(orderId, 'started', 'taken', 'goodwill-started', 'goodwill-refunded');
      expect(await refunds()).toEqual([{ id: requested.body.id, by: sam }]);
      expect(await waiting()).not.toContain(requested.body.id);
      expect(await decide('approve', max)).toMatchObject({ status: 200, body: { status: 'approved' } });
      expect(await decide('reject', max)).toMatchObject({ status: 409 });
      const actions = await actionsOn((sql, values) => payment().query<object>(sql, values), paymentId);
      expect(actions).toMatchObject([
        { action: 'payment.request-refund', actor: sam },
        { action: 'payment.refund', detail: { after: { refundId: requested.body.id, requestedBy: sam } } },
      ]);
    });
    it('is not approved by who requested it, nor by a customer or a viewer', async () => {
      expect(await decide('approve', sam)).toMatchObject({ status: 403, body: { type: '/problems/own-request' } });
      for (const role of ['customer', 'viewer', 'catalogue'] as const)
        expect(
          await payment().call('POST', `/payments/${paymentId}/refunds/${requested.body.id}/approve`, {
            role,
            by: eve,
          }),
        ).toMatchObject({ status: 403, body: { type: '/problems/not-allowed' } });
      expect(await refunds()).toEqual([]);
    });
    it('is not approved after it expired', async () => {
      await payment().query('update refund_requests set expires_at = requested_at where refund_id = $1', [
        requested.body.id,
      ]);
      expect(await decide('approve', eve)).toMatchObject({ status: 409, body: { type: '/problems/request-expired' } });
      expect(await waiting()).not.toContain(requested.body.id);
      expect(await refunds()).toEqual([]);
    });
    it('is not approved after it was rejected or taken back', async () => {
      expect(await decide('reject', sam)).toMatchObject({ status: 200, body: { status: 'rejected' } });
      expect(await decide('approve', eve)).toMatchObject({ status: 409, body: { type: '/problems/request-rejected' } });
    });
    it('is not approved at another payment, nor when less is left', async () => {
      const { paymentId: other } = await payment().aPaidOrder();
      expect(
        await payment().call('POST', `/payments/${other}/refunds/${requested.body.id}/approve`, {
          role: 'support',
          by: eve,
        }),
      ).toMatchObject({ status: 404 });
      const { body: second } = await payment().grant(paymentId, 2 * approvalLimit, { by: sam });
      expect((await decide('approve', eve)).status).toBe(200);
      expect(await decide('approve', eve, second.id)).toMatchObject({
        status: 409,
        body: { type: '/problems/more-than-held' },
      });
    });
    it('counts with the earlier ones of its payment', async () => {
      const { paymentId: other, orderId: otherOrder } = await payment().aPaidOrder(2 * approvalLimit);
      expect((await payment().grant(other, approvalLimit)).status).toBe(201);
      expect((await payment().grant(other, 1)).status).toBe(202);
      await eventually(async () => (await payment().events(otherOrder)).length === 4);
    });
    it('is not granted without a second person by the database either', async () => {
      await expect(
        payment().query(
          `update refund_requests set status = 'approved', decided_by = requested_by, decided_at = now() where refund_id = $1`,
          [requested.body.id],
        ),
      ).rejects.toThrow('refund_requests_second_person');
    });
  });
