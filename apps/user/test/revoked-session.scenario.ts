import { describe, expect, it } from '@jest/globals';
import { topics } from '@tradewind/contracts';
import type { IncomingRecord } from '@tradewind/messaging/internals';
import { eventually } from '@tradewind/testing';
import type { ServiceHarness } from '@tradewind/testing/service';
import { decodeJwt } from 'jose';
import request from 'supertest';
import type { Tokens } from '../src/accounts/log-ins.js';
import { SessionSweeper } from '../src/accounts/session-sweeper.js';
import type { SessionView } from '../src/http/users.dto.js';

interface Person {
  readonly email: string;
  readonly password: string;
  readonly name: string;
}

interface Environment {
  readonly harness: ServiceHarness;
  readonly registered: () => Promise<Person & { readonly id: string }>;
  readonly loggedIn: (person: Person) => Promise<Tokens>;
  readonly refresh: (refreshToken: string, from?: string) => request.Test;
  readonly arrived: (topic: { name: string }, key: string, count: number) => Promise<IncomingRecord[]>;
}

/** The access tokens of a session that ended before they expire. */
export const revokedSession = (user: () => Environment) =>
  describe('the access tokens of a session', () => {
    const call = (method: 'get' | 'delete', path: string, { accessToken }: Tokens) =>
      request(user().harness.service.url)[method](path).set('authorization', `Bearer ${accessToken}`);
    const sessionOf = ({ accessToken }: Tokens): string => String(decodeJwt(accessToken)['sid']);
    const isRefused = async (tokens: Tokens): Promise<boolean> =>
      (await call('get', '/users/me', tokens)).status === 401;
    const twoSessions = async (): Promise<readonly [Tokens, Tokens]> => {
      const person = await user().registered();
      return [await user().loggedIn(person), await user().loggedIn(person)];
    };

    it('are refused after its log-out, and those of another session of the person are not', async () => {
      const [phone, laptop] = await twoSessions();
      await request(user().harness.service.url)
        .post('/auth/logout')
        .send({ refreshToken: phone.refreshToken })
        .expect(204);
      await eventually(() => isRefused(phone));
      await call('get', '/users/me', laptop).expect(200);
    });

    it('are refused after one of its refresh tokens was stolen', async () => {
      const [phone] = await twoSessions();
      await user().refresh(phone.refreshToken).expect(200);
      await user().refresh(phone.refreshToken, '10.0.0.66').expect(401);
      await eventually(() => isRefused(phone));
    });

    it('are refused after its person ended it from another session', async () => {
      const [phone, laptop] = await twoSessions();
      const listed = (await call('get', '/users/me/sessions', laptop).expect(200)).body.items as SessionView[];
      expect(listed.map(({ id, current }) => [id, current])).toEqual([
        [sessionOf(laptop), true],
        [sessionOf(phone), false],
      ]);
      await call('delete', `/users/me/sessions/${sessionOf(phone)}`, laptop).expect(204);
      await call('delete', `/users/me/sessions/${sessionOf(phone)}`, laptop).expect(204);
      await eventually(() => isRefused(phone));
      await user().refresh(phone.refreshToken).expect(401);
      expect((await call('get', '/users/me/sessions', laptop).expect(200)).body.items).toHaveLength(1);
    });

    it('are not refused after a stranger tried to end it', async () => {
      const [[ann], [bob]] = [await twoSessions(), await twoSessions()];
      await call('delete', `/users/me/sessions/${sessionOf(ann)}`, bob).expect(404);
      await user().refresh(ann.refreshToken).expect(200);
    });

    it('need no revocation when all of them have expired', async () => {
      const { harness, arrived } = user();
      const [phone, laptop] = await twoSessions();
      const id = sessionOf(phone);
      await call('delete', `/users/me/sessions/${id}`, laptop).expect(204);
      const sweeper = harness.service.app.get(SessionSweeper);
      await sweeper.run();
      expect(await arrived(topics.userRevocations, id, 1)).toHaveLength(1);
      await harness.query(`update revocations set revoked_at = now() - interval '2 days' where session_id = $1`, [id]);
      await sweeper.run();
      expect((await arrived(topics.userRevocations, id, 2)).map(({ value }) => value === null)).toEqual([false, true]);
      await eventually(
        async () => (await harness.query('select from svc_revoked_sessions where session_id = $1', [id])).length === 0,
      );
    });
  });
