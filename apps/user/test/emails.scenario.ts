import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { topics } from '@tradewind/contracts';
import type { IncomingRecord } from '@tradewind/messaging/internals';
import { eventually } from '@tradewind/testing';
import type { ServiceHarness } from '@tradewind/testing/service';
import request from 'supertest';
import type { Tokens } from '../src/accounts/log-ins.js';
import { tokenIn, type Mailboxes } from './mailbox.js';

interface Person {
  readonly email: string;
  readonly password: string;
  readonly name: string;
}

interface Environment {
  readonly harness: ServiceHarness;
  readonly mailboxes: Mailboxes;
  readonly aPerson: () => Person;
  readonly registered: () => Promise<Person & { readonly id: string }>;
  readonly logIn: (person: Person) => request.Test;
  readonly loggedIn: (person: Person) => Promise<Tokens>;
  readonly refresh: (refreshToken: string) => request.Test;
  readonly me: (method: 'get' | 'patch' | 'delete', tokens: Tokens) => request.Test;
  readonly arrived: (topic: { name: string }, key: string, count: number) => Promise<IncomingRecord[]>;
}

const verifySubject = 'Confirm your e-mail address';
const changeSubject = 'Confirm your new e-mail address';
const takenSubject = 'Your e-mail address was entered again';

/** Addresses that are confirmed, and the password that is asked again. */
export const emails = (user: () => Environment) => {
  const http = () => request(user().harness.service.url);
  const confirm = (token: string) => http().post('/auth/email-confirmation').send({ token });
  const askAgain = ({ accessToken }: Tokens) =>
    http().post('/users/me/email-verification').set('authorization', `Bearer ${accessToken}`);
  const profileOf = async (tokens: Tokens): Promise<unknown> => (await user().me('get', tokens).expect(200)).body;
  const letPass = (id: string, interval: string) =>
    user().harness.query(`update mailed_tokens set issued_at = issued_at - $2::interval where user_id = $1`, [
      id,
      interval,
    ]);
  /** As if the log-ins were of ten minutes ago. */
  const age = (id: string) =>
    user().harness.query(`update sessions set opened_at = opened_at - interval '10 minutes' where user_id = $1`, [id]);

  describe('the address of a registration', () => {
    it('is verified when its token comes back, once, and an account works before', async () => {
      const { registered, loggedIn, mailboxes, arrived } = user();
      const person = await registered();
      const tokens = await loggedIn(person);
      expect(await profileOf(tokens)).toMatchObject({ emailVerified: false });
      await askAgain(tokens).expect(429);
      const token = tokenIn(await mailboxes.one(person, verifySubject));
      await confirm(token).expect(204);
      await confirm(token).expect(400);
      expect(await profileOf(tokens)).toMatchObject({ email: person.email, emailVerified: true });
      await askAgain(tokens).expect(409);
      const [, event] = await arrived(topics.userEvents, person.id, 2);
      expect(Object.keys(JSON.parse(String(event!.value)) as object).sort()).toEqual([
        'emailVerifiedAt',
        'updatedAt',
        'userId',
      ]);
    });
    it('can be verified later, with a token that replaces the first', async () => {
      const { registered, loggedIn, mailboxes } = user();
      const person = await registered();
      const tokens = await loggedIn(person);
      const first = await mailboxes.one(person, verifySubject);
      await letPass(person.id, '1 hour');
      await confirm(tokenIn(first)).expect(400);
      await askAgain(tokens).expect(202);
      await mailboxes.settled();
      const [second] = (await mailboxes.of(person, verifySubject)).filter(({ id }) => id !== first.id);
      await confirm(tokenIn(first)).expect(400);
      await confirm(tokenIn(second!)).expect(204);
    });
  });

  describe('a new e-mail address', () => {
    it('becomes that of the account when its token comes back, and the former one gets a notice', async () => {
      const { aPerson, registered, logIn, loggedIn, me, mailboxes } = user();
      const [person, { email }] = [await registered(), aPerson()];
      const tokens = await loggedIn(person);
      const early = tokenIn(await mailboxes.one(person, verifySubject));
      const { body } = await me('patch', tokens).send({ email: email.toUpperCase(), name: 'Zoe' }).expect(200);
      expect(body).toMatchObject({ email: person.email, pendingEmail: email, emailVerified: false, name: 'Zoe' });
      await me('patch', tokens).send({ email }).expect(429);
      await logIn(person).expect(200);
      const token = tokenIn(await mailboxes.one({ email }, changeSubject));
      const uses = await Promise.all([confirm(token), confirm(token)]);
      expect(uses.map(({ status }) => status).sort()).toEqual([204, 400]);
      await confirm(early).expect(400);
      expect(await profileOf(tokens)).toMatchObject({ email, pendingEmail: null, emailVerified: true });
      await logIn({ ...person, email }).expect(200);
      await logIn(person).expect(401);
      await mailboxes.one(person, 'Your e-mail address was changed');
    });
    it('that is taken gets the same answer, and its owner a message', async () => {
      const { aPerson, registered, loggedIn, me, mailboxes, harness } = user();
      const [owner, person] = [await registered(), await registered()];
      const [taken, free] = [await loggedIn(person), await loggedIn(await registered())];
      const { email } = aPerson();
      const answers = [await me('patch', taken).send({ email: owner.email }), await me('patch', free).send({ email })];
      expect(answers.map(({ status }) => status)).toEqual([200, 200]);
      expect(answers.map(({ body }) => Object.keys(body as object))).toEqual(
        Array.from({ length: 2 }, () => ['id', 'email', 'emailVerified', 'pendingEmail', 'name']),
      );
      expect(answers[0]!.body).toMatchObject({ email: person.email, pendingEmail: owner.email });
      await mailboxes.one(owner, takenSubject);
      await mailboxes.settled();
      expect(await mailboxes.of(owner, changeSubject)).toEqual([]);
      expect(await harness.query('select from mailed_tokens where user_id = $1', [person.id])).toHaveLength(2);
    });
    it('that was taken meanwhile is not changed', async () => {
      const { aPerson, registered, loggedIn, me, mailboxes } = user();
      const [one, two, { email }] = [await registered(), await registered(), aPerson()];
      const tokens = await loggedIn(one);
      await me('patch', tokens).send({ email }).expect(200);
      const first = tokenIn(await mailboxes.one({ email }, changeSubject));
      await me('patch', await loggedIn(two))
        .send({ email })
        .expect(200);
      await mailboxes.settled();
      const tokensOfBoth = (await mailboxes.of({ email }, changeSubject)).map(tokenIn);
      await confirm(tokensOfBoth.find((token) => token !== first)!).expect(204);
      expect((await confirm(first).expect(409)).body.type).toBe('/problems/email-taken');
      expect(await profileOf(tokens)).toMatchObject({ email: one.email });
    });
    it('that is the address of the account changes nothing', async () => {
      const { registered, loggedIn, me } = user();
      const person = await registered();
      const { body } = await me('patch', await loggedIn(person))
        .send({ email: person.email.toUpperCase() })
        .expect(200);
      expect(body).toMatchObject({ email: person.email, pendingEmail: null });
    });
  });

  describe('a person whose log-in is older than five minutes', () => {
    it('is asked for the password before a change of the address and before leaving', async () => {
      const { aPerson, registered, loggedIn, refresh, me } = user();
      const person = await registered();
      const { refreshToken } = await loggedIn(person);
      await age(person.id);
      const tokens = (await refresh(refreshToken).expect(200)).body as Tokens;
      const { email } = aPerson();
      const { body } = await me('patch', tokens).send({ email }).expect(401);
      expect(body.type).toBe('/problems/password-needed');
      expect((await me('patch', tokens).send({ email, password: 'wrong' }).expect(401)).body.type).toBe(
        '/problems/wrong-password',
      );
      await me('patch', tokens).send({ name: 'Zoe' }).expect(200);
      await me('patch', tokens).send({ email, password: person.password }).expect(200);
      await me('delete', tokens).expect(401);
      await me('delete', tokens).send({ password: 'wrong' }).expect(401);
      await me('delete', tokens).send({ password: person.password }).expect(204);
      await eventually(async () => (await me('get', tokens)).status === 401);
    });
  });

  it('exports what is stored about a person, but no secret', async () => {
    const { registered, loggedIn, mailboxes } = user();
    const person = await registered();
    const [, tokens] = [await loggedIn(person), await loggedIn(person)];
    await confirm(tokenIn(await mailboxes.one(person, verifySubject))).expect(204);
    const get = () => http().get('/users/me/export').set('authorization', `Bearer ${tokens.accessToken}`);
    const { body, text, headers } = await get().expect(200);
    const instant = expect.stringMatching(/^20.*Z$/);
    expect(body).toEqual({
      exportedAt: instant,
      account: {
        id: person.id,
        email: person.email,
        emailVerified: true,
        emailVerifiedAt: instant,
        pendingEmail: null,
        name: person.name,
        role: 'customer',
        registeredAt: instant,
      },
      sessions: Array.from({ length: 2 }, () => ({
        id: expect.any(String),
        openedAt: instant,
        expiresAt: instant,
        endedAt: null,
        endedBy: null,
      })),
    });
    expect(headers['cache-control']).toContain('no-store');
    expect(text).not.toMatch(/argon2|sealed:|hash/i);
  });

  it('stores no token and no new address in clear', async () => {
    const { aPerson, registered, loggedIn, me, mailboxes, harness } = user();
    const { email } = aPerson();
    await me('patch', await loggedIn(await registered()))
      .send({ email })
      .expect(200);
    const token = tokenIn(await mailboxes.one({ email }, changeSubject));
    const stored = JSON.stringify([
      await harness.query('select * from mailed_tokens'),
      await harness.query('select * from msg_effects'),
    ]);
    for (const canary of [token, email]) expect(stored).not.toContain(canary);
    await confirm(randomBytes(32).toString('base64url')).expect(400);
  });
};
