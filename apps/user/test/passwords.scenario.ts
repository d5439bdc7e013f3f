import { randomBytes, randomUUID } from 'node:crypto';
import { rename, writeFile, rm } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { userId as asUserId } from '@tradewind/contracts';
import { Commands } from '@tradewind/messaging';
import { eventually } from '@tradewind/testing';
import type { ServiceHarness } from '@tradewind/testing/service';
import request from 'supertest';
import type { Tokens } from '../src/accounts/log-ins.js';
import { logIn as openSession } from '../src/commands/sessions.command.js';
import { passwordChangedMeanwhile } from '../src/domain/password.js';
import { tokenIn, type Mailboxes } from './mailbox.js';

interface Person {
  readonly email: string;
  readonly password: string;
  readonly name: string;
}

interface Environment {
  readonly harness: ServiceHarness;
  readonly mailFolder: string;
  readonly mailboxes: Mailboxes;
  readonly aPerson: () => Person;
  readonly registered: () => Promise<Person & { readonly id: string }>;
  readonly logIn: (person: Person, from?: string) => request.Test;
  readonly loggedIn: (person: Person) => Promise<Tokens>;
  readonly refresh: (refreshToken: string) => request.Test;
  readonly me: (method: 'get' | 'delete', tokens: Tokens) => request.Test;
}

const aToken = (): string => randomBytes(32).toString('base64url');
const aPassword = (): string => `password-${aToken()}`;

/** Passwords that are changed, or set with a token of an e-mail. */
export const passwords = (user: () => Environment) => {
  const http = () => request(user().harness.service.url);
  const change = ({ accessToken }: Tokens, currentPassword: string, password: string, from = '10.0.0.1') =>
    http()
      .post('/users/me/password')
      .set({ authorization: `Bearer ${accessToken}`, 'x-forwarded-for': from })
      .send({ currentPassword, password });
  const ask = (email: string) => http().post('/auth/password-reset').send({ email });
  const reset = (token: string, password: string) =>
    http().post('/auth/password-reset/confirm').send({ token, password });
  const effects = async (): Promise<number> => (await user().harness.query('select from msg_effects')).length;
  const resetSubject = 'Set a new password';
  const letMinutePass = (id: string) =>
    user().harness.query(`update mailed_tokens set issued_at = issued_at - interval '1 minute' where user_id = $1`, [
      id,
    ]);

  describe('when a person changes the password', () => {
    it('ends the other sessions, keeps this one, and tells the person', async () => {
      const { registered, loggedIn, logIn, refresh, me, mailboxes } = user();
      const person = await registered();
      const [phone, laptop] = [await loggedIn(person), await loggedIn(person)];
      const password = aPassword();
      await change(laptop, person.password, password).expect(204);
      await refresh(phone.refreshToken).expect(401);
      await eventually(async () => (await me('get', phone)).status === 401);
      await me('get', laptop).expect(200);
      await refresh(laptop.refreshToken).expect(200);
      await logIn(person).expect(401);
      await logIn({ ...person, password }).expect(200);
      await mailboxes.one(person, 'Your password was changed');
    });
    it('opens no session for a log-in that verified the former one meanwhile', async () => {
      const { harness, registered, loggedIn } = user();
      const person = await registered();
      const select = 'select password_hash as "passwordHash" from credentials where user_id = $1';
      const [former] = await harness.query<{ passwordHash: string }>(select, [person.id]);
      const tokens = await loggedIn(person);
      await change(tokens, person.password, aPassword()).expect(204);
      const opened = await harness.service.app.get<Commands>(Commands).run(openSession, {
        sessionId: randomUUID(),
        userId: asUserId(person.id),
        tokenHash: aToken(),
        lifetimeMs: 1_000,
        ...former!,
      });
      expect(opened).toEqual(passwordChangedMeanwhile);
    });
    it('asks for the current one, and slows down guessing like failed log-ins', async () => {
      const { registered, loggedIn, logIn } = user();
      const person = await registered();
      const tokens = await loggedIn(person);
      const { body } = await change(tokens, 'a wrong guess', aPassword()).expect(401);
      expect(body.type).toBe('/problems/wrong-password');
      const guesses = await Promise.all(
        Array.from({ length: 14 }, () => change(tokens, 'a wrong guess', aPassword(), '10.7.7.7')),
      );
      expect(guesses.filter(({ status }) => status === 429).length).toBeGreaterThan(0);
      await logIn(person, '10.7.7.8').expect(200);
    });
    it('refuses one that is guessed first, and one of two changes at once', async () => {
      const { registered, loggedIn } = user();
      const person = await registered();
      const tokens = await loggedIn(person);
      await change(tokens, person.password, 'Password1').expect(400);
      const both = await Promise.all([1, 2].map(() => change(tokens, person.password, aPassword())));
      expect(both.map(({ status }) => status).filter((status) => status === 204)).toHaveLength(1);
    });
  });

  describe('when a person has forgotten the password', () => {
    it('sets a new one with the token of the e-mail, once, which ends all sessions', async () => {
      const { harness, registered, loggedIn, logIn, refresh, mailboxes } = user();
      const person = await registered();
      const { refreshToken } = await loggedIn(person);
      await ask(person.email.toUpperCase()).expect(202);
      const token = tokenIn(await mailboxes.one(person, resetSubject));
      await reset(token, 'Password1').expect(400);
      const password = aPassword();
      const uses = await Promise.all([reset(token, password), reset(token, password)]);
      expect(uses.map(({ status }) => status).sort()).toEqual([204, 400]);
      expect((await reset(token, aPassword()).expect(400)).body.type).toBe('/problems/token-invalid');
      await refresh(refreshToken).expect(401);
      await logIn(person).expect(401);
      await logIn({ ...person, password }).expect(200);
      await mailboxes.one(person, 'Your password was changed');
      const stored = JSON.stringify([
        await harness.query('select * from mailed_tokens'),
        await harness.query('select * from msg_effects'),
      ]);
      for (const canary of [token, person.email]) expect(stored).not.toContain(canary);
    });
    it('gets one message a minute; a later token replaces the former', async () => {
      const { registered, mailboxes } = user();
      const person = await registered();
      await ask(person.email).expect(202);
      const former = await mailboxes.one(person, resetSubject);
      await ask(person.email).expect(202);
      await letMinutePass(person.id);
      await ask(person.email).expect(202);
      await mailboxes.settled();
      const [later] = (await mailboxes.of(person, resetSubject)).filter(({ id }) => id !== former.id);
      await reset(tokenIn(former), aPassword()).expect(400);
      await reset(tokenIn(later!), aPassword()).expect(204);
    });
    it('cannot use a token after an hour, nor after a change of the password', async () => {
      const { harness, registered, loggedIn, mailboxes } = user();
      const person = await registered();
      await ask(person.email).expect(202);
      const token = tokenIn(await mailboxes.one(person, resetSubject));
      await harness.query(`update mailed_tokens set issued_at = now() - interval '1 hour' where user_id = $1`, [
        person.id,
      ]);
      await reset(token, aPassword()).expect(400);
      await harness.query(`update mailed_tokens set issued_at = now() where user_id = $1`, [person.id]);
      await change(await loggedIn(person), person.password, aPassword()).expect(204);
      await reset(token, aPassword()).expect(400);
    });
    it('gets the same answer, after the same work, as for an unknown address, which is sent nothing', async () => {
      const { aPerson, registered, mailboxes } = user();
      const [known, unknown] = [await registered(), aPerson()];
      await mailboxes.settled();
      const before = await effects();
      const answers = [await ask(known.email), await ask(unknown.email), await ask(known.email)];
      expect(await effects()).toBe(before + answers.length);
      const seen = answers.map(({ status, text, headers }) => ({ status, text, names: Object.keys(headers).sort() }));
      expect(seen).toEqual([seen[0], seen[0], seen[0]]);
      await mailboxes.one(known, resetSubject);
      await mailboxes.settled();
      expect(await mailboxes.of(unknown)).toEqual([]);
      await reset(aToken(), aPassword()).expect(400);
    });
  });

  describe('an e-mail that waits', () => {
    it('is sent later when it cannot be written, and is dropped when its person is forgotten', async () => {
      const { mailFolder, registered, loggedIn, me, mailboxes } = user();
      const [ann, bob] = [await registered(), await registered()];
      const tokens = await loggedIn(bob);
      await mailboxes.settled();
      await rename(mailFolder, `${mailFolder}-aside`);
      await writeFile(mailFolder, 'a file, where the folder should be');
      await Promise.all([ask(ann.email).expect(202), ask(bob.email).expect(202)]);
      await me('delete', tokens).expect(204);
      await eventually(async () => (await mailboxes.waiting()) === 1);
      await rm(mailFolder);
      await rename(`${mailFolder}-aside`, mailFolder);
      await mailboxes.one(ann, resetSubject);
      expect(await mailboxes.of(bob, resetSubject)).toEqual([]);
      expect(await user().harness.query('select from mailed_tokens where user_id = $1', [bob.id])).toEqual([]);
    });
  });
};
