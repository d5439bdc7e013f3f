import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { domainToASCII } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  contracts,
  DataKeyAnnounced,
  ProfileUpdated,
  topics,
  UserForgotten,
  UserRegistered,
} from '@tradewind/contracts';
import { kafkaClient } from '@tradewind/messaging';
import { decode, type IncomingRecord, type Tail } from '@tradewind/messaging/internals';
import { dataKeySecrets, readConfig, startService, unsealWith, unwrap } from '@tradewind/service';
import { eventually } from '@tradewind/testing';
import { startServiceHarness, type ServiceHarness, type StartedService } from '@tradewind/testing/service';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import request from 'supertest';
import { rootKeys } from '../../../test/signing-root.js';
import { freshDatabase } from '../../../tools/platform/postgres/fresh-database.js';
import { forgottenKey } from '../test/forgotten-key.scenario.js';
import { emails } from '../test/emails.scenario.js';
import { Mailboxes } from '../test/mailbox.js';
import { passwords } from '../test/passwords.scenario.js';
import { refreshedTokens } from '../test/refreshed-tokens.scenario.js';
import { revokedSession } from '../test/revoked-session.scenario.js';
import { secretRotation } from '../test/secret-rotation.scenario.js';
import { staffAccounts } from '../test/staff-accounts.scenario.js';
import type { Tokens } from './accounts/log-ins.js';
import { UserConfig } from './user.config.js';
import { UserModule } from './user.module.js';

const secret = randomBytes(32).toString('base64');
const state = mkdtempSync(join(tmpdir(), 'user-'));
const mailFolder = join(state, 'mail');
const brokers = (process.env['TEST_KAFKA_BROKERS'] ?? '').split(',');
const unique = (): string => randomBytes(6).toString('hex');
const aPerson = () => ({ email: `${unique()}@example.com`, password: `password-${unique()}`, name: `Ann ${unique()}` });
type Person = ReturnType<typeof aPerson>;

/** The message of a record; fails unless it is of that class. */
function messageOf<M extends object>(record: IncomingRecord | undefined, cls: new () => M): M {
  const decoded = record && decode(record, contracts);
  if (!decoded || decoded.poison || decoded.skipped || !(decoded.message instanceof cls))
    throw new TypeError(`the record is not a ${cls.name}`, { cause: decoded?.poison });
  return decoded.message;
}

describe('the user service', () => {
  let harness: ServiceHarness;
  let tail: Tail;
  const records: IncomingRecord[] = [];
  const kafka = kafkaClient({ brokers, clientId: 'test-of-user' });
  const http = () => request(harness.service.url);
  const sql = <T extends object>(text: string, values?: unknown[]): Promise<T[]> => harness.query<T>(text, values);
  const mailboxes = new Mailboxes(mailFolder, () => harness);
  const instance = (name: string) => ({ INSTANCE_ID: `user-${unique()}-${name}` });

  const registered = async (person: Person = aPerson()): Promise<Person & { id: string }> => {
    const { body } = await http().post('/users').send(person).expect(201);
    return { ...person, id: body.id as string };
  };
  const logIn = ({ email, password }: Person, from = '10.0.0.1', deviceToken?: string) =>
    http().post('/auth/login').set('x-forwarded-for', from).send({ email, password, deviceToken });
  const loggedIn = async (person: Person): Promise<Tokens> => (await logIn(person).expect(200)).body as Tokens;
  const refresh = (refreshToken: string, from = '10.0.0.1', browser = 'Firefox') =>
    http().post('/auth/refresh').set({ 'x-forwarded-for': from, 'user-agent': browser }).send({ refreshToken });
  const kidAt = async ({ url }: StartedService): Promise<string> => {
    const { email, password } = await registered();
    const { body } = await request(url).post('/auth/login').send({ email, password }).expect(200);
    return decodeProtectedHeader((body as Tokens).accessToken).kid!;
  };
  const me = (method: 'get' | 'patch' | 'delete', { accessToken }: Tokens) =>
    http()[method]('/users/me').set('authorization', `Bearer ${accessToken}`);
  const recordsOf = (topic: { name: string }, key: string) =>
    records.filter((record) => record.topic === topic.name && record.key === key);
  const arrived = async (topic: { name: string }, key: string, count = 1): Promise<IncomingRecord[]> => {
    await eventually(() => recordsOf(topic, key).length >= count);
    return recordsOf(topic, key);
  };

  beforeAll(async () => {
    harness = await startServiceHarness({
      brokers,
      database: await freshDatabase(),
      contracts,
      topics: Object.values(topics),
      environment: { ...instance('1'), DATA_KEY_SECRET: secret, MAIL_FOLDER: mailFolder, ...rootKeys },
      start: (environment) => {
        const config = readConfig(UserConfig, environment);
        return startService(UserModule.forRoot(config), config);
      },
    });
    const read = [topics.userEvents, topics.userKeys, topics.userDataKeys, topics.userRevocations].map(
      ({ name }) => name,
    );
    tail = await eventually(() =>
      kafka.tail({ topics: read, onRecords: (more) => records.push(...more), onFatal: () => undefined }),
    );
    const first = await registered();
    await eventually(async () => (await logIn(first)).status === 200, 30_000);
  }, 90_000);
  afterAll(async () => {
    await tail?.close();
    await kafka.close();
    await harness?.stop();
    rmSync(state, { recursive: true });
  }, 30_000);

  describe('when a person registers', () => {
    it('returns the profile without the password', async () => {
      const person = aPerson();
      const { body } = await http().post('/users').send(person).expect(201);
      expect(body).toEqual({
        id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        email: person.email,
        emailVerified: false,
        pendingEmail: null,
        name: person.name,
      });
    });
    it('publishes the event with sealed fields, which the announced key unseals', async () => {
      const { id, email, name } = await registered();
      const [event] = await arrived(topics.userEvents, id);
      const [key] = await arrived(topics.userDataKeys, id);
      const registration = messageOf(event, UserRegistered);
      const { wrappedKey } = messageOf(key, DataKeyAnnounced);
      const open = (field: string, sealed: string): string =>
        unsealWith(unwrap(dataKeySecrets(secret), id, wrappedKey), { field, record: id }, sealed);
      expect([open('user.email', registration.email), open('user.name', registration.name), registration.role]).toEqual(
        [email, name, 'customer'],
      );
    });
    it('stores no clear text of the person, the password or the token', async () => {
      const person = await registered();
      const { refreshToken } = await loggedIn(person);
      const tables = await sql<{ name: string }>(`select tablename as name from pg_tables where schemaname = 'public'`);
      const rows = (await Promise.all(tables.map(({ name }) => sql(`select * from ${name}`)))).flat();
      await arrived(topics.userEvents, person.id);
      const stored = JSON.stringify(rows) + records.map((record) => String(record.value)).join();
      for (const canary of [person.email, person.name, person.password, refreshToken])
        expect(stored).not.toContain(canary);
    });
    it('has one account for all spellings of an address', async () => {
      const domain = `${unique()}-b\u00fccher.example`;
      await registered({ ...aPerson(), email: `ann@${domain}` });
      const other = { ...aPerson(), email: `ANN@${domainToASCII(domain)}` };
      await http().post('/users').send(other).expect(409);
    });
    it.each<[string, object, string]>([
      ['no address', { email: undefined }, 'email'],
      ['an address without a domain', { email: 'ann' }, 'email'],
      ['an address of 255 characters', { email: `${'a'.repeat(243)}@example.com` }, 'email'],
      ['a short password', { password: '1234567' }, 'password'],
      ['a password that many have', { password: 'Password1' }, 'password'],
      ['an e-mail address with an invisible character', { email: 'an\u200bn@example.com' }, 'email'],
      ['a name of two lines', { name: 'Ann\nLee' }, 'name'],
      ['a password of 201 characters', { password: 'x'.repeat(201) }, 'password'],
      ['a number for a password', { password: 12345678 }, 'password'],
      ['an empty name', { name: '  ' }, 'name'],
      ['a long name', { name: 'x'.repeat(101) }, 'name'],
      ['a role', { role: 'admin' }, 'role'],
    ])('rejects %s, naming the field', async (_, invalid, field) => {
      const { body } = await http()
        .post('/users')
        .send({ ...aPerson(), ...invalid })
        .expect(400);
      expect(body.errors).toContainEqual(expect.objectContaining({ field }));
    });
  });

  describe('when an address is taken', () => {
    it('answers 409 to any spelling of it', async () => {
      const person = await registered();
      const { body } = await http()
        .post('/users')
        .send({ ...aPerson(), email: person.email.toUpperCase() })
        .expect(409);
      expect(body.type).toBe('/problems/email-taken');
    });
    it('accepts one of ten concurrent registrations', async () => {
      const { email } = aPerson();
      const answers = await Promise.all(
        Array.from({ length: 10 }, () =>
          http()
            .post('/users')
            .send({ ...aPerson(), email }),
        ),
      );
      expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array.from({ length: 9 }, () => 409)]);
    });
  });

  describe('when a person logs in', () => {
    it("returns the person's tokens", async () => {
      const person = await registered();
      const { body, headers } = await logIn(person).expect(200);
      expect(body).toEqual({
        accessToken: expect.any(String),
        refreshToken: expect.stringMatching(/^[\w-]{43}$/),
        tokenType: 'Bearer',
        expiresIn: 900,
        deviceToken: expect.stringMatching(/^[\w-]{22}\.[\w-]{43}$/),
      });
      expect(decodeJwt(body.accessToken)).toMatchObject({
        iss: 'tradewind',
        aud: 'tradewind-shop',
        sub: person.id,
        role: 'customer',
      });
      expect(headers['cache-control']).toBe('no-store');
      await eventually(async () => (await me('get', body)).status === 200);
      expect((await me('get', body)).body).toMatchObject({ id: person.id, email: person.email, name: person.name });
    });
    it('returns the same answer for a wrong password and an unknown person', async () => {
      const person = await registered();
      const wrong = await logIn({ ...person, password: 'wrong-password' }).expect(401);
      const unknown = await logIn(aPerson()).expect(401);
      expect(wrong.body).toEqual(unknown.body);
    });
    it('rejects an address with many failed log-ins, and not the owner of the account', async () => {
      const person = await registered();
      const guesses = await Promise.all(
        Array.from({ length: 14 }, () => logIn({ ...person, password: 'a-wrong-guess' }, '10.9.9.9')),
      );
      expect(guesses.filter(({ status }) => status === 429).length).toBeGreaterThanOrEqual(3);
      expect(guesses.find(({ status }) => status === 429)!.headers['retry-after']).toMatch(/^[1-9]\d*$/);
      const { deviceToken } = (await logIn(person, '10.1.1.1').expect(200)).body as { deviceToken: string };
      const again = await logIn(person, '10.9.9.9', deviceToken).expect(200);
      expect(again.body).toMatchObject({ deviceToken });
      await logIn(person, '10.1.1.1', 'x').expect(400);
    });
    it('requires a token for the profile', () => http().get('/users/me').expect(401));
  });

  describe('when a profile is changed', () => {
    it('changes only the given fields, and publishes only those', async () => {
      const person = await registered();
      const tokens = await loggedIn(person);
      const { body } = await me('patch', tokens).send({ name: 'New Name' }).expect(200);
      expect(body).toMatchObject({ id: person.id, email: person.email, name: 'New Name' });
      const [, event] = await arrived(topics.userEvents, person.id, 2);
      expect(Object.keys(messageOf(event, ProfileUpdated)).sort()).toEqual(['name', 'updatedAt', 'userId']);
    });
    it('rejects null', async () =>
      void (await me('patch', await loggedIn(await registered()))
        .send({ name: null })
        .expect(400)));
    it('changes nothing without a field', async () =>
      void (await me('patch', await loggedIn(await registered()))
        .send({})
        .expect(200)));
  });

  describe('when a person is forgotten', () => {
    it('keeps only an id, and rejects every token and log-in', async () => {
      const person = await registered();
      const tokens = await loggedIn(person);
      await me('delete', tokens).expect(204);
      await eventually(async () => (await me('get', tokens)).status === 401);
      await refresh(tokens.refreshToken).expect(401);
      await logIn(person).expect(401);
      const rows = await sql(`select jsonb_strip_nulls(to_jsonb(a)) as stored from accounts a where user_id = $1`, [
        person.id,
      ]);
      expect(rows).toEqual([{ stored: { user_id: person.id, status: 'forgotten', forgotten_at: expect.any(String) } }]);
      expect(
        await sql(
          `select user_id from credentials where user_id = $1 union all select user_id from data_keys where user_id = $1`,
          [person.id],
        ),
      ).toEqual([]);
    });
    it('publishes the event and destroys the key once', async () => {
      const person = await registered();
      const tokens = await loggedIn(person);
      await Promise.all([me('delete', tokens).expect(204), me('delete', tokens).expect(204)]);
      await eventually(
        () =>
          recordsOf(topics.userDataKeys, person.id).length === 2 &&
          recordsOf(topics.userEvents, person.id).length === 2,
      );
      expect(recordsOf(topics.userDataKeys, person.id).at(-1)!.value).toBeNull();
      expect(messageOf(recordsOf(topics.userEvents, person.id).at(-1), UserForgotten)).toMatchObject({
        userId: person.id,
        forgottenAt: expect.any(String),
      });
    });
    it('frees the e-mail address', async () => {
      const person = await registered();
      await me('delete', await loggedIn(person)).expect(204);
      const { id } = await registered({ email: person.email, password: person.password, name: person.name });
      expect(id).not.toBe(person.id);
    });
  });

  describe('when a second instance starts', () => {
    it('signs with the same key', async () => {
      const second = await harness.startAnother(instance('2'));
      const kids = await Promise.all([harness.service, second].map(kidAt)).finally(() => second.stop());
      expect(kids[0]).toBe(kids[1]);
      expect(await sql(`select kid from signing_keys`)).toHaveLength(1);
    }, 30_000);
  });

  describe('when a signing key is due for rotation', () => {
    it('signs with a new one, and publishes no private key', async () => {
      const before = await kidAt(harness.service);
      await harness.restart({ ...instance('3'), SIGNING_KEY_SECONDS: '1', SIGNING_KEY_LEAD_SECONDS: '1' });
      await eventually(async () => (await kidAt(harness.service)) !== before, 45_000);
      const keys = await sql<{ private_key: string }>(`select private_key from signing_keys`);
      const onTopic = records
        .filter(({ topic }) => topic === topics.userKeys.name)
        .map(({ value }) => String(value))
        .join();
      for (const { private_key } of keys) expect(onTopic).not.toContain(private_key);
    }, 90_000);
  });

  staffAccounts(() => ({ harness, aPerson, registered, logIn, loggedIn, refresh, me, arrived }));
  refreshedTokens(() => ({ harness, registered, loggedIn, refresh, me }));
  passwords(() => ({ harness, mailFolder, mailboxes, aPerson, registered, logIn, loggedIn, refresh, me }));
  emails(() => ({ harness, mailboxes, aPerson, registered, logIn, loggedIn, refresh, me, arrived }));
  revokedSession(() => ({ harness, registered, loggedIn, refresh, arrived }));
  forgottenKey(() => ({ harness, registered, loggedIn, me, arrived }));
  secretRotation(() => ({ harness, secret, aPerson, registered, logIn, loggedIn, me, arrived, recordsOf }));
});
