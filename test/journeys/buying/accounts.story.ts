import { beforeAll, describe, expect, it } from '@jest/globals';
import { aPerson, logIn, type Person } from '../people.js';
import type { Profile, Tokens } from '../views.js';
import type { Scene } from '../scene.js';

export const accounts = (scene: () => Scene): void => {
  describe('somebody who registers', () => {
    let bob: Person;
    beforeAll(async () => {
      bob = await aPerson(scene().nobody.url);
    });

    it('reads the profile, and never the password', async () => {
      const { status, body } = await bob.get<Profile>('/users/me');
      expect({ status, body }).toEqual({
        status: 200,
        body: { id: expect.stringMatching(/^[0-9a-f-]{36}$/), email: bob.email, name: 'Ann Lee' },
      });
    });

    it("can't take an address that is taken, however it is spelled", async () => {
      const { nobody } = scene();
      const again = await nobody.post('/users', {
        email: bob.email.toUpperCase(),
        password: 'another password',
        name: 'Eve',
      });
      expect(again).toMatchObject({ status: 409, body: { type: '/problems/email-taken', status: 409 } });
      expect(again.headers.get('content-type')).toContain('application/problem+json');
    });

    it('changes name and address, and logs in with the new one', async () => {
      const email = `new-${bob.email}`;
      expect(await bob.patch('/users/me', { name: 'Robert', email })).toMatchObject({
        status: 200,
        body: { name: 'Robert', email },
      });
      const { nobody } = scene();
      expect((await nobody.post('/auth/login', { email: bob.email, password: bob.password })).status).toBe(401);
      await expect(logIn(nobody.url, email, bob.password)).resolves.toMatchObject({ email });
    });

    it('is told no with a wrong password, in the same words as a stranger', async () => {
      const { nobody } = scene();
      const wrong = await nobody.post('/auth/login', { email: bob.email, password: 'not the password' });
      const unknown = await nobody.post('/auth/login', { email: `x-${bob.email}`, password: 'not the password' });
      expect(wrong.status).toBe(401);
      expect(unknown.body).toEqual(wrong.body);
    });
  });

  describe('a refresh token', () => {
    const refresh = (refreshToken: string) => scene().nobody.post<Tokens>('/auth/refresh', { refreshToken });
    let first: Tokens;
    let second: Tokens;
    beforeAll(async () => {
      first = (await aPerson(scene().nobody.url)).tokens;
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
      const { nobody } = scene();
      expect((await nobody.get('/users/me', { authorization: `Bearer ${second.accessToken}` })).status).toBe(200);
    });

    it('that is used again is refused, and takes its whole family with it', async () => {
      expect((await refresh(first.refreshToken)).status).toBe(401);
      expect((await refresh(second.refreshToken)).status).toBe(401);
    });

    it('is good for nothing after logging out', async () => {
      const { nobody } = scene();
      const { tokens } = await aPerson(nobody.url);
      expect((await nobody.post('/auth/logout', { refreshToken: tokens.refreshToken })).status).toBe(204);
      expect((await refresh(tokens.refreshToken)).status).toBe(401);
    });
  });
};
