import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@tradewind/testing';
import { Pool } from 'undici';
import { aCustomer } from '../api/customers.js';
import type { ShopFixture } from '../api/fixture.js';

export const limits = (fixture: () => ShopFixture): void => {
  describe('an untrusted client address', () => {
    let untrusted: Pool;
    beforeAll(() => {
      // Linux accepts all of 127.0.0.0/8, and only 127.0.0.1 is trusted: this address has the default rate limits
      untrusted = new Pool(fixture().anonymous.url, { connections: 4, localAddress: '127.0.0.2' });
    });
    afterAll(() => untrusted.close());
    const ask = async (method: 'GET' | 'POST', path: string) => {
      const { statusCode, headers, body } = await untrusted.request({
        method,
        path,
        ...(method === 'POST' && { body: '{}', headers: { 'content-type': 'application/json' } }),
      });
      return {
        status: statusCode,
        retryAfter: Number(headers['retry-after']),
        type: ((await body.json()) as { type?: string }).type,
      };
    };

    it('may register twenty times at once, then gets 429 with Retry-After', async () => {
      const since = performance.now();
      const responses = await Promise.all(Array.from({ length: 40 }, () => ask('POST', '/users')));
      const admitted = responses.filter(({ status }) => status === 400);
      const limited = responses.filter(({ status }) => status === 429);
      expect(admitted.length + limited.length).toBe(40);
      expect(admitted.length).toBeGreaterThanOrEqual(20);
      // the limit refills by one every two seconds
      expect(admitted.length).toBeLessThanOrEqual(21 + (performance.now() - since) / 2_000);
      for (const { retryAfter, type } of limited) {
        expect(type).toBe('/problems/too-many-requests');
        expect(retryAfter).toBeGreaterThanOrEqual(1);
      }
    });

    it('may log in meanwhile', async () => expect((await ask('POST', '/auth/login')).status).toBe(400));

    it('may read products meanwhile', async () => expect((await ask('GET', '/products?limit=1')).status).toBe(200));

    it('does not use up the limit of other addresses', async () => {
      expect((await fixture().anonymous.post('/users', {})).status).toBe(400);
    });
  });

  describe('a client that guesses a password', () => {
    it('is limited for a while, and so is the owner of the account', async () => {
      const { anonymous } = fixture();
      const owner = await aCustomer(anonymous.url);
      const logInWith = (password: string) => anonymous.post('/auth/login', { email: owner.email, password });
      const guesses = await Promise.all(Array.from({ length: 30 }, (_, number) => logInWith(`guess number ${number}`)));
      expect(guesses.filter(({ status }) => status === 401).length).toBeGreaterThanOrEqual(11);
      const limited = guesses.filter(({ status }) => status === 429);
      expect(limited.length).toBeGreaterThan(0);
      for (const { headers } of limited) expect(Number(headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
      await eventually(async () => (await logInWith(owner.password)).status === 200, 45_000);
    });
  });
};
