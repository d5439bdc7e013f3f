import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { contracts, StaffAccountChanged, topics, type StaffRole } from '@tradewind/contracts';
import { decode, type IncomingRecord } from '@tradewind/messaging/internals';
import { eventually } from '@tradewind/testing';
import type { ServiceHarness } from '@tradewind/testing/service';
import { decodeJwt } from 'jose';
import request from 'supertest';
import { DataSource } from 'typeorm';
import { actionsOn } from '../../../test/actions.js';
import { Accounts } from '../src/accounts/accounts.js';
import type { Tokens } from '../src/accounts/log-ins.js';
import type { StaffView } from '../src/http/staff.dto.js';

interface Person {
  readonly email: string;
  readonly password: string;
  readonly name: string;
}

interface Environment {
  readonly harness: ServiceHarness;
  readonly aPerson: () => Person;
  readonly registered: () => Promise<Person & { readonly id: string }>;
  readonly logIn: (person: Person) => request.Test;
  readonly loggedIn: (person: Person) => Promise<Tokens>;
  readonly refresh: (refreshToken: string) => request.Test;
  readonly me: (method: 'get' | 'delete', tokens: Tokens) => request.Test;
  readonly arrived: (topic: { name: string }, key: string, count: number) => Promise<IncomingRecord[]>;
}

export const staffAccounts = (user: () => Environment) =>
  describe('an account of staff', () => {
    let admin: Tokens;
    let adminId: string;
    const call = (method: 'get' | 'post' | 'patch', path: string, tokens: Tokens = admin) =>
      request(user().harness.service.url)[method](path).set('authorization', `Bearer ${tokens.accessToken}`);
    const member = async (role: StaffRole): Promise<Person & { readonly id: string }> => {
      const person = user().aPerson();
      const { body } = await call('post', '/staff/accounts')
        .send({ ...person, role })
        .expect(201);
      return { ...person, id: (body as StaffView).id };
    };
    const change = (id: string, body: object) => call('patch', `/staff/accounts/${id}`).send(body);
    const roleIn = ({ accessToken }: Tokens): unknown => decodeJwt(accessToken)['role'];
    const isRefused = async (tokens: Tokens): Promise<boolean> => (await user().me('get', tokens)).status === 401;

    beforeAll(async () => {
      const { harness, aPerson, loggedIn } = user();
      const person = aPerson();
      const created = await harness.service.app.get(Accounts).register(person, 'admin');
      adminId = 'id' in created ? created.id : '';
      admin = await loggedIn(person);
    });

    it('is created by an admin, and its tokens have its role', async () => {
      const sam = await member('support');
      expect(roleIn(await user().loggedIn(sam))).toBe('support');
      const { items } = (await call('get', '/staff/accounts?limit=1').expect(200)).body as { items: StaffView[] };
      expect(items).toEqual([
        {
          id: sam.id,
          email: sam.email,
          name: sam.name,
          role: 'support',
          disabled: false,
          registeredAt: expect.any(String),
        },
      ]);
    });
    it('cannot have the address of a customer', async () => {
      const { email } = await user().registered();
      await call('post', '/staff/accounts')
        .send({ ...user().aPerson(), email, role: 'viewer' })
        .expect(409);
    });
    it('has no token of its old role after a change, and the next log-in has the new one', async () => {
      const { loggedIn, refresh, arrived } = user();
      const sam = await member('operator');
      const tokens = await loggedIn(sam);
      expect((await change(sam.id, { role: 'viewer' }).expect(200)).body).toMatchObject({ role: 'viewer' });
      await eventually(() => isRefused(tokens));
      await refresh(tokens.refreshToken).expect(401);
      expect(roleIn(await loggedIn(sam))).toBe('viewer');
      const [, event] = await arrived(topics.userEvents, sam.id, 2);
      const decoded = decode(event!, contracts);
      expect('message' in decoded && decoded.message).toMatchObject({ role: 'viewer', disabled: false });
      expect('message' in decoded && decoded.message).toBeInstanceOf(StaffAccountChanged);
    });
    it('is recorded with each change that was one, without e-mail and name', async () => {
      const sam = await member('operator');
      for (const role of ['viewer', 'viewer']) await change(sam.id, { role }).expect(200);
      const actions = await actionsOn((sql, values) => user().harness.query(sql, values), sam.id);
      expect(actions).toMatchObject([
        { action: 'staff.add', actor: adminId, detail: { after: { role: 'operator' } } },
        {
          action: 'staff.change',
          detail: { before: { role: 'operator' }, after: { role: 'viewer', disabled: false } },
        },
      ]);
      for (const text of [sam.email, sam.name]) expect(JSON.stringify(actions)).not.toContain(text);
    });
    it('keeps its sessions when a change changes nothing', async () => {
      const sam = await member('operator');
      const tokens = await user().loggedIn(sam);
      await change(sam.id, { role: 'operator', disabled: false }).expect(200);
      await user().refresh(tokens.refreshToken).expect(200);
    });
    it('cannot log in while it is disabled', async () => {
      const { logIn, loggedIn, refresh } = user();
      const sam = await member('support');
      const tokens = await loggedIn(sam);
      expect((await change(sam.id, { disabled: true }).expect(200)).body).toMatchObject({ disabled: true });
      await eventually(() => isRefused(tokens));
      await refresh(tokens.refreshToken).expect(401);
      await logIn(sam).expect(401);
      await change(sam.id, { disabled: false }).expect(200);
      await logIn(sam).expect(200);
    });
    it('leaves no session of its old role that was being opened during the change', async () => {
      const { harness } = user();
      const sam = await member('operator');
      const sessionId = randomUUID();
      const logIn = harness.service.app.get(DataSource).createQueryRunner();
      await logIn.startTransaction();
      await logIn.query('select from accounts where user_id = $1 for update', [sam.id]);
      await logIn.query(
        `insert into sessions (session_id, user_id, status, opened_at, expires_at) values ($1, $2, 'open', now(), now() + interval '1 day')`,
        [sessionId, sam.id],
      );
      const changed = change(sam.id, { role: 'viewer' }).then(({ status }) => status);
      const waiting = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
      await eventually(async () => (await harness.query(waiting)).length > 0);
      await logIn.commitTransaction();
      await logIn.release();
      expect(await changed).toBe(200);
      expect(await harness.query('select status, ended_by from sessions where session_id = $1', [sessionId])).toEqual([
        { status: 'ended', ended_by: 'role-changed' },
      ]);
    });
    it('is not changed by its own person', async () => {
      await change(adminId, { role: 'viewer' }).expect(409);
      await change(adminId, { disabled: true }).expect(409);
    });
    it('is never made of one of a customer', async () => {
      const { id } = await user().registered();
      await change(id, { role: 'admin' }).expect(404);
      await change(randomUUID(), { disabled: true }).expect(404);
    });
    it('is forgotten like any other', async () => {
      const sam = await member('viewer');
      const tokens = await user().loggedIn(sam);
      await user().me('delete', tokens).expect(204);
      await change(sam.id, { role: 'admin' }).expect(404);
    });
  });
