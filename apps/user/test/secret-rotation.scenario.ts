import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { topics } from '@tradewind/contracts';
import type { IncomingRecord } from '@tradewind/messaging/internals';
import { dataKeySecrets, UnknownKeySecret, unwrap } from '@tradewind/service';
import { eventually } from '@tradewind/testing';
import type { ServiceHarness } from '@tradewind/testing/service';
import request from 'supertest';
import type { Tokens } from '../src/accounts/log-ins.js';
import { SecretRotation } from '../src/accounts/secret-rotation.js';

interface Person {
  readonly email: string;
  readonly password: string;
  readonly name: string;
}

interface Environment {
  readonly harness: ServiceHarness;
  readonly secret: string;
  readonly aPerson: () => Person;
  readonly registered: () => Promise<Person & { readonly id: string }>;
  readonly logIn: (person: Person) => request.Test;
  readonly loggedIn: (person: Person) => Promise<Tokens>;
  readonly me: (method: 'get' | 'delete', tokens: Tokens) => request.Test;
  readonly arrived: (topic: { name: string }, key: string, count: number) => Promise<IncomingRecord[]>;
  readonly recordsOf: (topic: { name: string }, key: string) => readonly IncomingRecord[];
}

/** The last test of its file: the service runs with another secret afterwards. */
export const secretRotation = (user: () => Environment) =>
  describe('when the secret of the deployment is rotated', () => {
    it('opens every account with the new secret alone, and nothing of before with it', async () => {
      const { harness, secret, aPerson, registered, logIn, loggedIn, me, arrived, recordsOf } = user();
      const rotate = () => harness.service.app.get(SecretRotation).run();
      const keyOf = async (id: string): Promise<string> =>
        (await harness.query<{ key: string }>('select wrapped_key as key from data_keys where user_id = $1', [id]))[0]!
          .key;
      const [person, gone] = [await registered(), await registered()];
      await me('delete', await loggedIn(gone)).expect(204);
      const before = await keyOf(person.id);
      const next = randomBytes(32).toString('base64');
      await harness.restart({ DATA_KEY_SECRET: `${next},${secret}` });
      await eventually(async () => (await logIn(person)).status === 200);
      await request(harness.service.url)
        .post('/users')
        .send({ ...aPerson(), email: person.email })
        .expect(409);
      const rotated = await rotate();
      expect(rotated.dataKeys).toBeGreaterThan(0);
      expect(rotated.signingKeys).toBeGreaterThan(0);
      expect(await rotate()).toMatchObject({ dataKeys: 0, signingKeys: 0 });
      await harness.restart({ DATA_KEY_SECRET: next });
      expect((await me('get', await loggedIn(person)).expect(200)).body).toMatchObject({ email: person.email });
      expect(() => unwrap(dataKeySecrets(next), person.id, before)).toThrow(UnknownKeySecret);
      const announced = (await arrived(topics.userDataKeys, person.id, 2)).at(-1);
      expect(JSON.parse(String(announced!.value))).toMatchObject({ wrappedKey: await keyOf(person.id) });
      expect(recordsOf(topics.userDataKeys, gone.id).at(-1)!.value).toBeNull();
    }, 60_000);
  });
