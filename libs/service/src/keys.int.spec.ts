import { generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Body, Controller, Get, Inject, Module, Post, Res } from '@nestjs/common';
import {
  contracts,
  DataKeyAnnounced,
  DataKeyDestroyed,
  SessionRevocationEnded,
  SessionRevoked,
  SigningKeyAnnounced,
  SigningKeyRetired,
  type UserId,
} from '@tradewind/contracts';
import { uuidv7 } from '@tradewind/kernel';
import { answer, command, Commands, insert, kafkaClient, publish, table, type Command } from '@tradewind/messaging';
import { systemRandomness } from '@tradewind/messaging/internals';
import { eventually } from '@tradewind/testing';
import type { Response } from 'express';
import { exportJWK, generateKeyPair, SignJWT, type JWTHeaderParameters, type JWTPayload } from 'jose';
import request from 'supertest';
import { DataSource, type MigrationInterface, type QueryRunner } from 'typeorm';
import { freshDatabase, type FreshDatabase } from '../../../tools/platform/postgres/fresh-database.js';
import {
  bodyHash,
  CurrentUser,
  dataKeySecrets,
  IdempotencyKey,
  newDataKey,
  readConfig,
  setReplayedHeader,
  Requires,
  Sealer,
  SigningRootSigner,
  SealingConfig,
  ServiceModule,
  startService,
  wrap,
  type RunningService,
  type User,
} from './index.js';

interface Note {
  readonly noteId: string;
  readonly text: string;
}
const Notes = table<Note>('notes', 'noteId', { noteId: 'uuid', text: 'text' });

class CreateNotes1760000000001 implements MigrationInterface {
  up = (runner: QueryRunner): Promise<void> =>
    runner.query('create table notes (note_id uuid primary key, text text not null unique)');
  down = (runner: QueryRunner): Promise<void> => runner.query('drop table notes');
}

const writeNote = command('note.write', {}, ({ noteId, text }: Note) =>
  insert(Notes, { noteId, text }).and(answer({ noteId })),
);
const announce = command('signing-key.announce', {}, (key: SigningKeyAnnounced) => publish(SigningKeyAnnounced, key));
const retire = command('signing-key.retire', {}, (key: SigningKeyRetired) => publish(SigningKeyRetired, key));
const announceData = command('data-key.announce', {}, (key: DataKeyAnnounced) => publish(DataKeyAnnounced, key));
const destroyData = command('data-key.destroy', {}, (userId: UserId) => publish(DataKeyDestroyed, { userId }));

const revoke = command('session.revoke', {}, (session: SessionRevoked) => publish(SessionRevoked, session));
const endRevocation = command('session.end-revocation', {}, (sessionId: string) =>
  publish(SessionRevocationEnded, { sessionId }),
);

const newUuid = (): string => uuidv7(Date.now(), randomBytes(10));

@Controller('notes')
class NotesController {
  constructor(@Inject(Commands) private readonly commands: Commands) {}

  @Post('once')
  async once(
    @CurrentUser() user: User,
    @IdempotencyKey() key: string,
    @Body() body: { text: string },
    @Res({ passthrough: true }) response: Response,
  ): Promise<unknown> {
    const input = { noteId: newUuid(), text: body.text };
    const { answer, replayed } = await this.commands.once(writeNote, input, {
      scope: user.id,
      route: 'POST /notes/once',
      key,
      bodyHash: bodyHash(body),
    });
    setReplayedHeader(response, replayed);
    return answer;
  }

  @Get('mine')
  mine(@CurrentUser() user: User): User {
    return user;
  }

  @Requires('payments.refund')
  @Get('all')
  all(): string[] {
    return [];
  }
}

/** A signing key of the user service. */
const keyPair = async () => {
  const { publicKey, privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519' });
  return { kid: `key-${randomUUID()}`, publicKey: (await exportJWK(publicKey)).x!, privateKey };
};
type Pair = Awaited<ReturnType<typeof keyPair>>;

const now = (): string => new Date().toISOString();

const newRoot = () => {
  const { x = '', d = '' } = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
  return { publicKey: x, signer: new SigningRootSigner(x, d) };
};
const root = newRoot();
const announcementOf = ({ kid, publicKey }: Pair, by = root.signer): SigningKeyAnnounced => {
  const notAfter = new Date(Date.now() + 3_600_000).toISOString();
  const statement = { kid, publicKey, notBefore: now(), notAfter };
  return { ...statement, signature: by.announce(statement) };
};
const retirementOf = (kid: string, by = root.signer): SigningKeyRetired => ({ kid, signature: by.retire(kid) });

const tokenOf = (key: Pair, claims: JWTPayload = {}, header: Partial<JWTHeaderParameters> = {}): Promise<string> =>
  new SignJWT({
    role: 'customer',
    iss: 'tradewind',
    aud: 'tradewind-shop',
    sub: newUuid(),
    iat: Math.floor(Date.now() / 1_000),
    exp: Math.floor(Date.now() / 1_000) + 60,
    ...claims,
  })
    .setProtectedHeader({ alg: 'EdDSA', kid: key.kid, typ: 'at+jwt', ...header })
    .sign(key.privateKey);

describe('a service', () => {
  let database: FreshDatabase;
  let running: RunningService;
  let signer: Pair;
  const secret = randomBytes(32).toString('base64');
  const http = () => request(running.url);
  const run = <I>(of: Command<I, unknown, Record<never, never>>, input: I): Promise<unknown> =>
    running.app.get<Commands>(Commands).run(of, input);
  /** Why the key's messages are dead letters, once they are. */
  const deadLetterOf = (kid: string): Promise<string> =>
    eventually(async () => {
      const [blocked] = await running.app
        .get(DataSource)
        .query<{ detail: string }[]>('select detail from msg_blocked_keys where ordering_key like $1', [`%${kid}%`]);
      return blocked?.detail ?? '';
    });
  const announced = async (): Promise<Pair> => {
    const pair = await keyPair();
    await run(announce, announcementOf(pair));
    return pair;
  };

  beforeAll(async () => {
    const brokers = process.env['TEST_KAFKA_BROKERS']!;
    const kafka = kafkaClient({ brokers: brokers.split(','), clientId: 'test' });
    await kafka.provision(contracts.topics);
    await kafka.close();
    database = await freshDatabase();
    const environment = {
      PORT: '0',
      LOG_LEVEL: 'silent',
      KAFKA_BROKERS: brokers,
      DATABASE_URL: database.url,
      MIGRATIONS: 'apply',
      DATA_KEY_SECRET: secret,
      SIGNING_ROOT_PUBLIC_KEY: root.publicKey,
    };
    const config = readConfig(SealingConfig, environment);
    const service = `probe-${randomBytes(4).toString('hex')}`;
    @Module({
      imports: [
        ServiceModule.forRoot({
          config,
          migrations: [CreateNotes1760000000001],
          messaging: { service, contracts, lockOrder: [Notes] },
          sealing: true,
        }),
      ],
      controllers: [NotesController],
    })
    class ProbeModule {}
    running = await startService(ProbeModule, config);
    signer = await announced();
    const token = await tokenOf(signer);
    await eventually(
      async () => (await http().get('/notes/mine').set('authorization', `Bearer ${token}`)).status === 200,
      30_000,
    );
  }, 60_000);
  afterAll(async () => {
    await running?.stop();
    await database?.drop();
  }, 30_000);

  describe('called with an access token', () => {
    const mine = (token: string) => http().get('/notes/mine').set('authorization', `Bearer ${token}`);
    it('identifies the user', async () => {
      const sub = newUuid();
      expect((await mine(await tokenOf(signer, { sub })).expect(200)).body).toEqual({
        id: sub,
        role: 'customer',
        expiresAt: expect.any(Number),
      });
    });
    it('answers 401 without one', () => http().get('/notes/mine').expect(401).expect('www-authenticate', 'Bearer'));
    it.each<[string, JWTPayload, object]>([
      ['of another issuer', { iss: 'another' }, {}],
      ['for another audience', { aud: 'another' }, {}],
      ['that has expired', { exp: 1_000_000_000 }, {}],
      ['without an expiry', { exp: undefined } as unknown as JWTPayload, {}],
      ['with another role', { role: 'root' }, {}],
      ['without a valid subject', { sub: 'x' }, {}],
      ['without a valid session', { sid: 'x' }, {}],
      ['without a key id', {}, { kid: undefined }],
      ['of another type', {}, { typ: 'JWT' }],
      ['without a type', {}, { typ: undefined }],
      [
        'issued in the future',
        { iat: Math.floor(Date.now() / 1_000) + 3_600, exp: Math.floor(Date.now() / 1_000) + 7_200 },
        {},
      ],
      ['without the time of its issue', { iat: undefined } as unknown as JWTPayload, {}],
      ['that is valid for ten years', { exp: Math.floor(Date.now() / 1_000) + 315_360_000 }, {}],
      ['that is too long', { bulk: 'x'.repeat(10_000) }, {}],
    ])('answers 401 to one %s', async (_, claims, header) => {
      await mine(await tokenOf(signer, claims, header)).expect(401);
    });
    it('answers 401 to one that was changed, is not signed, or is signed with the public key', async () => {
      const [head, body, signature] = (await tokenOf(signer)).split('.');
      const base64 = (json: object): string => Buffer.from(JSON.stringify(json)).toString('base64url');
      const hmac = await new SignJWT({
        role: 'admin',
        sub: newUuid(),
        iss: 'tradewind',
        aud: 'tradewind-shop',
        exp: 9_999_999_999,
      })
        .setProtectedHeader({ alg: 'HS256', kid: signer.kid })
        .sign(Buffer.from(signer.publicKey));
      const admin = { ...JSON.parse(Buffer.from(body!, 'base64url').toString()), role: 'admin' };
      for (const token of [
        `${head}.${base64(admin)}.${signature}`,
        `${base64({ alg: 'none', kid: signer.kid })}.${body}.`,
        hmac,
        'x',
        'a.b.c',
      ])
        await mine(token).expect(401);
    });
    it('answers 401 to one with an unknown key, after waiting for the key', async () =>
      mine(await tokenOf(await keyPair())).expect(401));
    it('waits for a signing key that has not arrived', async () => {
      const pair = await keyPair();
      const [{ status }] = await Promise.all([mine(await tokenOf(pair)), run(announce, announcementOf(pair))]);
      expect(status).toBe(200);
    });
    it('answers 401 to one with a retired key', async () => {
      const pair = await announced();
      const token = await tokenOf(pair);
      await mine(token).expect(200);
      await run(retire, retirementOf(pair.kid));
      await eventually(async () => (await mine(token)).status === 401);
    });
    it('answers 401 to one with a key that another root has signed, which becomes a dead letter', async () => {
      const pair = await keyPair();
      await run(announce, announcementOf(pair, newRoot().signer));
      expect(await deadLetterOf(pair.kid)).toContain(`the signing key ${pair.kid} is not signed by the root key`);
      await mine(await tokenOf(pair)).expect(401);
    });
    it('accepts one with a key that another root has retired', async () => {
      const pair = await announced();
      const token = await tokenOf(pair);
      await mine(token).expect(200);
      await run(retire, retirementOf(pair.kid, newRoot().signer));
      expect(await deadLetterOf(pair.kid)).toContain(`the retirement of ${pair.kid} is not signed by the root key`);
      await mine(token).expect(200);
    });
    it('answers 401 to one whose session was revoked, until all its tokens have expired', async () => {
      const sid = newUuid();
      const token = await tokenOf(signer, { sid });
      expect((await mine(token).expect(200)).body).toMatchObject({ sessionId: sid });
      await run(revoke, { sessionId: sid, userId: newUuid() as UserId, revokedAt: now() });
      await eventually(async () => (await mine(token)).status === 401);
      await mine(await tokenOf(signer, { sid: newUuid() })).expect(200);
      await run(endRevocation, sid);
      await eventually(async () => (await mine(token)).status === 200);
    });
    it('answers 403 to one whose role lacks the permission', async () => {
      const all = async (role: string) =>
        http()
          .get('/notes/all')
          .set('authorization', `Bearer ${await tokenOf(signer, { role })}`);
      for (const role of ['customer', 'viewer', 'catalogue']) expect((await all(role)).status).toBe(403);
      for (const role of ['support', 'operator', 'admin']) expect((await all(role)).status).toBe(200);
    });
    it('executes a request once that is sent twice with one idempotency key', async () => {
      const token = await tokenOf(signer);
      const once = (key: string | undefined, text: string) =>
        http()
          .post('/notes/once')
          .set('authorization', `Bearer ${token}`)
          .set(key ? { 'Idempotency-Key': key } : {})
          .send({ text });
      const first = await once('k1', 'once').expect(201);
      const repeated = await once('k1', 'once').expect(201).expect('idempotent-replayed', 'true');
      expect(repeated.body).toEqual(first.body);
      await once('k1', 'other').expect(422);
      await once(undefined, 'none').expect(400);
      await once('x'.repeat(101), 'none').expect(400);
    });
  });

  describe('sealing', () => {
    const userId = newUuid() as UserId;
    const place = { field: 'probe.name', record: userId };
    const sealer = (): Sealer => running.app.get(Sealer);
    const announceKey = () =>
      run(announceData, {
        userId,
        wrappedKey: wrap(dataKeySecrets(secret), userId, newDataKey(systemRandomness), systemRandomness),
        createdAt: now(),
      });

    it('waits for a data key that has not arrived, and unseals what it sealed', async () => {
      const [sealed] = await Promise.all([sealer().seal(userId, place, 'Ann'), announceKey()]);
      expect(sealed).not.toContain('Ann');
      expect(await sealer().unseal(place, sealed)).toBe('Ann');
    });
    it('rejects after 2 s without the data key', async () => {
      await expect(sealer().seal(newUuid() as UserId, place, 'Bob')).rejects.toThrow('has not arrived');
    });
    it('stores of a request a hash that its body alone does not give', async () => {
      const body = { shippingAddress: 'somewhere in Rye' };
      const hashes = await sealer().requestHashes(userId, 'k', body);
      expect(hashes).toEqual(await sealer().requestHashes(userId, 'k', { ...body }));
      expect(hashes.bodyHash).toMatch(/^[0-9a-f]{64}$/);
      expect(hashes.bodyHash).not.toBe(bodyHash(body));
    });
    it('reads as erased after the key was destroyed, and no longer seals', async () => {
      const sealed = await sealer().seal(userId, place, 'Ann');
      await run(destroyData, userId);
      await eventually(async () => (await sealer().unseal(place, sealed)) === null);
      await expect(sealer().seal(userId, place, 'Ann')).rejects.toThrow('forgotten');
    });
    it('keeps a destroyed key destroyed when its announcement is repeated', async () => {
      await announceKey();
      await announced().then(async (pair) =>
        http()
          .get('/notes/mine')
          .set('authorization', `Bearer ${await tokenOf(pair)}`)
          .expect(200),
      );
      const rows = await running.app
        .get(DataSource)
        .query<{ erased: boolean }[]>('select wrapped_key is null as erased from svc_data_keys where user_id = $1', [
          userId,
        ]);
      expect(rows).toEqual([{ erased: true }]);
    });
  });
});
