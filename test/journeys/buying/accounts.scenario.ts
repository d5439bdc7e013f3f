import { beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@tradewind/testing';
import { aCustomer, logIn, type Customer } from '../api/customers.js';
import type { Profile, Tokens } from '../api/responses.js';
import type { ShopFixture } from '../api/fixture.js';
import { mailsIn } from '../../mail-folder.js';

export const accounts = (fixture: () => ShopFixture): void => {
  describe('a new account', () => {
    let bob: Customer;
    beforeAll(async () => {
      bob = await aCustomer(fixture().anonymous.url);
    });

    it('has a profile without the password', async () => {
      const { status, body } = await bob.get<Profile>('/users/me');
      expect({ status, body }).toEqual({
        status: 200,
        body: {
          id: expect.stringMatching(/^[0-9a-f-]{36}$/),
          email: bob.email,
          emailVerified: false,
          pendingEmail: null,
          name: 'Ann Lee',
        },
      });
    });

    it('cannot use an e-mail address that is taken, in any case', async () => {
      const { anonymous } = fixture();
      const again = await anonymous.post('/users', {
        email: bob.email.toUpperCase(),
        password: 'another password',
        name: 'Eve',
      });
      expect(again).toMatchObject({ status: 409, body: { type: '/problems/email-taken', status: 409 } });
      expect(again.headers.get('content-type')).toContain('application/problem+json');
    });

    it('can change name and e-mail address, and log in with the new one when it is confirmed', async () => {
      const { anonymous, shop } = fixture();
      const email = `new-${bob.email}`;
      expect(await bob.patch('/users/me', { name: 'Robert', email })).toMatchObject({
        status: 200,
        body: { name: 'Robert', email: bob.email, pendingEmail: email },
      });
      const mail = await eventually(async () => {
        const [found] = (await mailsIn(shop.state.mailFolder)).filter(({ to }) => to === email);
        return found;
      });
      const [token] = /^[\w-]{43}$/m.exec(mail.text)!;
      expect((await anonymous.post('/auth/email-confirmation', { token })).status).toBe(204);
      expect((await anonymous.post('/auth/login', { email: bob.email, password: bob.password })).status).toBe(401);
      await expect(logIn(anonymous.url, email, bob.password)).resolves.toMatchObject({ email });
    });

    it('gets the same rejection for a wrong password as for an unknown address', async () => {
      const { anonymous } = fixture();
      const wrong = await anonymous.post('/auth/login', { email: bob.email, password: 'not the password' });
      const unknown = await anonymous.post('/auth/login', { email: `x-${bob.email}`, password: 'not the password' });
      expect(wrong.status).toBe(401);
      expect(unknown.body).toEqual(wrong.body);
    });
  });

  describe('a refresh token', () => {
    const refresh = (refreshToken: string) => fixture().anonymous.post<Tokens>('/auth/refresh', { refreshToken });
    let first: Tokens;
    let second: Tokens;
    beforeAll(async () => {
      first = (await aCustomer(fixture().anonymous.url)).tokens;
      second = (await refresh(first.refreshToken)).body;
    });

    it('is exchanged for new tokens that work', async () => {
      expect(second).toEqual({
        accessToken: expect.any(String),
        refreshToken: expect.any(String),
        tokenType: 'Bearer',
        expiresIn: expect.any(Number),
      });
      expect(second.refreshToken).not.toBe(first.refreshToken);
      const { anonymous } = fixture();
      expect((await anonymous.get('/users/me', { authorization: `Bearer ${second.accessToken}` })).status).toBe(200);
    });

    it('that two tabs use at once gives both the same new one, which works', async () => {
      const { tokens } = await aCustomer(fixture().anonymous.url);
      const tabs = await Promise.all([refresh(tokens.refreshToken), refresh(tokens.refreshToken)]);
      expect(tabs.map(({ status }) => status)).toEqual([200, 200]);
      expect(tabs[0].body.refreshToken).toBe(tabs[1].body.refreshToken);
      expect((await refresh(tabs[0].body.refreshToken)).status).toBe(200);
    });

    it('that another client uses again is rejected, and revokes its whole family', async () => {
      const { anonymous } = fixture();
      const elsewhere = { 'user-agent': 'a thief' };
      expect((await anonymous.post('/auth/refresh', { refreshToken: first.refreshToken }, elsewhere)).status).toBe(401);
      expect((await refresh(second.refreshToken)).status).toBe(401);
    });

    it('is rejected after logout', async () => {
      const { anonymous } = fixture();
      const { tokens } = await aCustomer(anonymous.url);
      expect((await anonymous.post('/auth/logout', { refreshToken: tokens.refreshToken })).status).toBe(204);
      expect((await refresh(tokens.refreshToken)).status).toBe(401);
    });
  });
};
