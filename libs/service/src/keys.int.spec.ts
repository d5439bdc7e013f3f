import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DataKeyAnnounced, DataKeyDestroyed, SigningKeyRetired } from '@tradewind/contracts';
import type { UserId } from '@tradewind/kernel';
import { command, say, systemRandomness } from '@tradewind/messaging';
import { eventually } from '@tradewind/testing';
import { SignJWT, type JWTPayload } from 'jose';
import { DataSource } from 'typeorm';
import { dataKeySecret, newDataKey, Sealer, wrap } from './index.js';
import { keyPair, newUuid, now, startProbe, tokenOf, type Pair, type Probe } from './probe.fixture.spec.js';

const retire = command('signing-key.retire', {}, (kid: string) => say(SigningKeyRetired, { kid }));
const announceData = command('data-key.announce', {}, (key: DataKeyAnnounced) => say(DataKeyAnnounced, key));
const destroyData = command('data-key.destroy', {}, (userId: UserId) => say(DataKeyDestroyed, { userId }));

describe('a service', () => {
  let probe: Probe;
  let signer: Pair;
  const http = () => probe.http();

  const announced = async (): Promise<Pair> => {
    const pair = await keyPair();
    await probe.announce(pair);
    return pair;
  };

  beforeAll(async () => {
    probe = await startProbe();
    signer = await announced();
  }, 60_000);
  afterAll(() => probe?.end(), 30_000);

  describe('asked with an access token', () => {
    const mine = (token: string) => http().get('/notes/mine').set('authorization', `Bearer ${token}`);
    it('knows the user, as soon as the key has arrived', async () => {
      const sub = newUuid();
      expect((await mine(await tokenOf(signer, { sub })).expect(200)).body).toEqual({ id: sub, role: 'customer' });
    });
    it('answers 401 without one', () => http().get('/notes/mine').expect(401).expect('www-authenticate', 'Bearer'));
    it.each<[string, JWTPayload, object]>([
      ['of another issuer', { iss: 'somebody' }, {}],
      ['for another audience', { aud: 'somebody' }, {}],
      ['that has expired', { exp: 1_000_000_000 }, {}],
      ['without an end', { exp: undefined } as unknown as JWTPayload, {}],
      ['with another role', { role: 'root' }, {}],
      ['of nobody', { sub: 'x' }, {}],
      ['without a key id', {}, { kid: undefined }],
      ['that is too long', { bulk: 'x'.repeat(10_000) }, {}],
    ])('answers 401 to one %s', async (_, claims, header) => {
      await mine(await tokenOf(signer, claims, header)).expect(401);
    });
    it('answers 401 to one that was changed, is not signed, or is signed with the public key', async () => {
      const [head, body, signature] = (await tokenOf(signer)).split('.');
      const base64 = (json: object): string => Buffer.from(JSON.stringify(json)).toString('base64url');
      const hmac = await new SignJWT({ role: 'admin', sub: newUuid(), iss: 'tradewind', aud: 'tradewind-shop', exp: 9_999_999_999 })
        .setProtectedHeader({ alg: 'HS256', kid: signer.kid })
        .sign(Buffer.from(signer.publicKey));
      const admin = { ...JSON.parse(Buffer.from(body!, 'base64url').toString()), role: 'admin' };
      for (const token of [`${head}.${base64(admin)}.${signature}`, `${base64({ alg: 'none', kid: signer.kid })}.${body}.`, hmac, 'x', 'a.b.c']) await mine(token).expect(401);
    });
    it('answers 401 to one of a key that nobody announced, once it has looked', async () => mine(await tokenOf(await keyPair())).expect(401));
    it('waits for a key that is on its way', async () => {
      const pair = await keyPair();
      const [{ status }] = await Promise.all([mine(await tokenOf(pair)), probe.announce(pair)]);
      expect(status).toBe(200);
    });
    it('no longer takes one of a key that was retired', async () => {
      const pair = await announced();
      const token = await tokenOf(pair);
      await mine(token).expect(200);
      await probe.run(retire, pair.kid);
      await eventually(async () => (await mine(token)).status === 401);
    });
    it('keeps roles apart', async () => {
      const all = async (role: string) => http().get('/notes/all').set('authorization', `Bearer ${await tokenOf(signer, { role })}`);
      expect((await all('customer')).status).toBe(403);
      expect((await all('admin')).status).toBe(200);
    });
    it('does once what is asked twice with one key', async () => {
      const token = await tokenOf(signer);
      const once = (key: string | undefined, text: string) => http().post('/notes/once').set('authorization', `Bearer ${token}`).set(key ? { 'Idempotency-Key': key } : {}).send({ text });
      const first = await once('k1', 'once').expect(201);
      const again = await once('k1', 'once').expect(201).expect('idempotent-replayed', 'true');
      expect(again.body).toEqual(first.body);
      await once('k1', 'other').expect(422);
      await once(undefined, 'none').expect(400);
      await once('x'.repeat(101), 'none').expect(400);
    });
  });

  describe('sealing', () => {
    const userId = newUuid() as UserId;
    const sealer = (): Sealer => probe.running.app.get(Sealer);
    const announceKey = () => probe.run(announceData, { userId, wrappedKey: wrap(dataKeySecret(probe.secret), userId, newDataKey(systemRandomness), systemRandomness), createdAt: now() });

    it('waits for a data key that is on its way, and opens what it sealed', async () => {
      const [sealed] = await Promise.all([sealer().seal(userId, 'Ann'), announceKey()]);
      expect(sealed).not.toContain('Ann');
      expect(await sealer().unseal(sealed)).toBe('Ann');
    });
    it('gives up after 2 s on a key that does not come', async () => {
      await expect(sealer().seal(newUuid() as UserId, 'Bob')).rejects.toThrow('has not arrived');
    });
    it('reads as erased once the key was destroyed, and seals no more', async () => {
      const sealed = await sealer().seal(userId, 'Ann');
      await probe.run(destroyData, userId);
      await eventually(async () => (await sealer().unseal(sealed)) === null);
      await expect(sealer().seal(userId, 'Ann')).rejects.toThrow('forgotten');
    });
    it('does not bring a destroyed key back when the announcement is repeated', async () => {
      await announceKey();
      await announced().then(async (pair) => http().get('/notes/mine').set('authorization', `Bearer ${await tokenOf(pair)}`).expect(200));
      const rows = await probe.running.app.get(DataSource).query<{ erased: boolean }[]>('select wrapped_key is null as erased from svc_data_keys where user_id = $1', [userId]);
      expect(rows).toEqual([{ erased: true }]);
    });
  });
});
