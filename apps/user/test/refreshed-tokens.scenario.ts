import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { ServiceHarness } from '@tradewind/testing/service';
import request from 'supertest';
import type { Tokens } from '../src/accounts/log-ins.js';

interface Person {
  readonly email: string;
  readonly password: string;
  readonly name: string;
}

interface Environment {
  readonly harness: ServiceHarness;
  readonly registered: () => Promise<Person & { readonly id: string }>;
  readonly loggedIn: (person: Person) => Promise<Tokens>;
  readonly refresh: (refreshToken: string, from?: string, browser?: string) => request.Test;
  readonly me: (method: 'get', tokens: Tokens) => request.Test;
}

/** What a refresh token can be used for, and when its session ends. */
export const refreshedTokens = (user: () => Environment) => {
  /** As if the refresh had happened longer ago, by the database's clock. */
  const letGracePass = () => user().harness.query(`update refresh_tokens set used_at = used_at - interval '5 seconds'`);

  describe('when tokens are refreshed', () => {
    it('returns new ones for the next refresh', async () => {
      const first = await user().loggedIn(await user().registered());
      const second = (await user().refresh(first.refreshToken).expect(200)).body as Tokens;
      expect(second.refreshToken).not.toBe(first.refreshToken);
      await user().refresh(second.refreshToken).expect(200);
    });
    it('gives all of twenty concurrent refreshes of a client the same next token, which works', async () => {
      const { refreshToken } = await user().loggedIn(await user().registered());
      const answers = await Promise.all(Array.from({ length: 20 }, () => user().refresh(refreshToken).expect(200)));
      const tokens = answers.map(({ body }) => body as Tokens);
      const [next = ''] = new Set(tokens.map((each) => each.refreshToken));
      expect(new Set(tokens.map((each) => each.refreshToken))).toEqual(new Set([next]));
      for (const each of tokens.slice(0, 2)) await user().me('get', each).expect(200);
      await user().refresh(next).expect(200);
    });
    it('accepts one of twenty concurrent refreshes of different clients, and ends the session', async () => {
      const { refreshToken } = await user().loggedIn(await user().registered());
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, each) => user().refresh(refreshToken, `10.0.0.${each}`)),
      );
      const accepted = answers.filter(({ status }) => status === 200);
      expect([accepted.length, answers.filter(({ status }) => status === 401).length]).toEqual([1, 19]);
      const newest = (accepted[0]!.body as Tokens).refreshToken;
      for (let from = 0; from < 20; from++) await user().refresh(newest, `10.0.0.${from}`).expect(401);
    });
    it.each([
      ['another address', '10.0.0.2', 'Firefox'],
      ['another browser', '10.0.0.1', 'Safari'],
    ])('ends the session when a token is used again from %s, also at once', async (_, from, browser) => {
      const { refreshToken } = await user().loggedIn(await user().registered());
      const next = (await user().refresh(refreshToken).expect(200)).body as Tokens;
      await user().refresh(refreshToken, from, browser).expect(401);
      await user().refresh(next.refreshToken).expect(401);
    });
    it('ends the session when the same client uses a token again later', async () => {
      const { refreshToken } = await user().loggedIn(await user().registered());
      const next = (await user().refresh(refreshToken).expect(200)).body as Tokens;
      await letGracePass();
      await user().refresh(refreshToken).expect(401);
      await user().refresh(next.refreshToken).expect(401);
    });
    it('stores neither the next token nor the client in the clear', async () => {
      const { refreshToken } = await user().loggedIn(await user().registered());
      const next = (await user().refresh(refreshToken, '10.9.8.7', 'Curious').expect(200)).body as Tokens;
      const stored = JSON.stringify(await user().harness.query('select * from refresh_tokens'));
      for (const canary of [refreshToken, next.refreshToken, '10.9.8.7', 'Curious'])
        expect(stored).not.toContain(canary);
    });
    it('does not end other sessions of the person', async () => {
      const person = await user().registered();
      const [phone, laptop] = [await user().loggedIn(person), await user().loggedIn(person)];
      await user().refresh(phone.refreshToken).expect(200);
      await user().refresh(phone.refreshToken, '10.0.0.66').expect(401);
      await user().refresh(laptop.refreshToken).expect(200);
    });
    it('rejects an unknown token', () => user().refresh(randomBytes(32).toString('base64url')).expect(401));
    it('rejects them after a log-out', async () => {
      const { refreshToken } = await user().loggedIn(await user().registered());
      await request(user().harness.service.url).post('/auth/logout').send({ refreshToken }).expect(204);
      await user().refresh(refreshToken).expect(401);
    });
  });
};
