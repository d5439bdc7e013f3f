import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@tradewind/testing';
import { Pool } from 'undici';
import { aPerson } from '../people.js';
import type { Scene } from '../scene.js';

export const limits = (scene: () => Scene): void => {
  describe('an address that the shop does not trust', () => {
    let far: Pool;
    beforeAll(() => {
      // Linux answers for all of 127.0.0.0/8, and only 127.0.0.1 is trusted: this one has the limits that are shipped
      far = new Pool(scene().nobody.url, { connections: 4, localAddress: '127.0.0.2' });
    });
    afterAll(() => far.close());
    const ask = async (method: 'GET' | 'POST', path: string) => {
      const { statusCode, headers, body } = await far.request({
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

    it('may log in twenty times at once, then is told when to come again', async () => {
      const since = performance.now();
      const answers = await Promise.all(Array.from({ length: 40 }, () => ask('POST', '/auth/login')));
      const admitted = answers.filter(({ status }) => status === 400);
      const turnedAway = answers.filter(({ status }) => status === 429);
      expect(admitted.length + turnedAway.length).toBe(40);
      expect(admitted.length).toBeGreaterThanOrEqual(20);
      // one more comes back every two seconds
      expect(admitted.length).toBeLessThanOrEqual(21 + (performance.now() - since) / 2_000);
      for (const { retryAfter, type } of turnedAway) {
        expect(type).toBe('/problems/too-many-requests');
        expect(retryAfter).toBeGreaterThanOrEqual(1);
      }
    });

    it("can't register instead", async () => expect((await ask('POST', '/users')).status).toBe(429));

    it('may look around meanwhile', async () => expect((await ask('GET', '/products?limit=1')).status).toBe(200));

    it('takes nothing from the others', async () => {
      expect((await scene().nobody.post('/auth/login', {})).status).toBe(400);
    });
  });

  describe('who guesses a password', () => {
    it('is turned away for a while, and the owner with them', async () => {
      const { nobody } = scene();
      const owner = await aPerson(nobody.url);
      const tries = (password: string) => nobody.post('/auth/login', { email: owner.email, password });
      const guesses = await Promise.all(Array.from({ length: 30 }, (_, number) => tries(`guess number ${number}`)));
      expect(guesses.filter(({ status }) => status === 401).length).toBeGreaterThanOrEqual(11);
      const turnedAway = guesses.filter(({ status }) => status === 429);
      expect(turnedAway.length).toBeGreaterThan(0);
      for (const { headers } of turnedAway) expect(Number(headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
      await eventually(async () => (await tries(owner.password)).status === 200, 45_000);
    });
  });
};
