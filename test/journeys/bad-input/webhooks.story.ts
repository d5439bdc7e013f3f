import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { sign } from '../../../tools/provider/webhook.js';
import type { Scene } from '../scene.js';

export const webhooks = (scene: () => Scene): void => {
  describe('a notice of the payment provider', () => {
    const now = () => Math.floor(Date.now() / 1_000);
    const secret = () =>
      (JSON.parse(readFileSync(scene().shop.state.secretsFile, 'utf8')) as { providerWebhookSecret: string })
        .providerWebhookSecret;
    const notice = () => JSON.stringify({ id: `evt_${randomUUID()}`, type: 'taken', key: 'nobody:take:1' });
    const tell = async (body: string, signature: string | undefined, provider = 'simulated') =>
      (
        await scene().nobody.raw(
          'POST',
          `/payments/webhooks/${provider}`,
          body,
          signature === undefined ? {} : { 'x-signature': signature },
        )
      ).status;

    it('is heard as often as it comes', async () => {
      const body = notice();
      expect([await tell(body, sign(body, secret(), now())), await tell(body, sign(body, secret(), now()))]).toEqual([
        204, 204,
      ]);
    });

    it('is not believed unsigned, signed by somebody else, changed or old', async () => {
      const body = notice();
      expect(await tell(body, undefined)).toBe(401);
      expect(await tell(body, sign(body, 'a guess', now()))).toBe(401);
      expect(await tell(`${body} `, sign(body, secret(), now()))).toBe(401);
      expect(await tell(body, sign(body, secret(), now() - 400))).toBe(401);
    });

    it('that says nothing is refused, and an unknown provider is none', async () => {
      for (const body of [
        '{}',
        '[]',
        '{"id":5,"type":"taken","key":"x"}',
        JSON.stringify({ id: 'x'.repeat(101), type: 'taken', key: 'k' }),
      ])
        expect(await tell(body, sign(body, secret(), now()))).toBe(400);
      expect(await tell(notice(), 'x', 'acme')).toBe(404);
    });
  });
};
