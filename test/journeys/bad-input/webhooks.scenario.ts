import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { sign } from '../../../tools/provider/webhook.js';
import type { ShopFixture } from '../api/fixture.js';

export const webhooks = (fixture: () => ShopFixture): void => {
  describe('a webhook of the payment provider', () => {
    const now = () => Math.floor(Date.now() / 1_000);
    const secret = () =>
      (JSON.parse(readFileSync(fixture().shop.state.secretsFile, 'utf8')) as { providerWebhookSecret: string })
        .providerWebhookSecret;
    const webhook = () => JSON.stringify({ id: `evt_${randomUUID()}`, type: 'taken', key: 'unknown:take:1' });
    const post = async (body: string, signature: string | undefined, provider = 'simulated') =>
      (
        await fixture().anonymous.raw(
          'POST',
          `/payments/webhooks/${provider}`,
          body,
          signature === undefined ? {} : { 'x-signature': signature },
        )
      ).status;

    it('is accepted every time it is sent', async () => {
      const body = webhook();
      expect([await post(body, sign(body, secret(), now())), await post(body, sign(body, secret(), now()))]).toEqual([
        204, 204,
      ]);
    });

    it('is rejected without a signature, with another signature, changed or old', async () => {
      const body = webhook();
      expect(await post(body, undefined)).toBe(401);
      expect(await post(body, sign(body, 'a guess', now()))).toBe(401);
      expect(await post(`${body} `, sign(body, secret(), now()))).toBe(401);
      expect(await post(body, sign(body, secret(), now() - 400))).toBe(401);
    });

    it('is rejected without content or for an unknown provider', async () => {
      for (const body of [
        '{}',
        '[]',
        '{"id":5,"type":"taken","key":"x"}',
        JSON.stringify({ id: 'x'.repeat(101), type: 'taken', key: 'k' }),
      ])
        expect(await post(body, sign(body, secret(), now()))).toBe(400);
      expect(await post(webhook(), 'x', 'acme')).toBe(404);
    });
  });
};
