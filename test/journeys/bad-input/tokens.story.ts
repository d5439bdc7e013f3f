import { beforeAll, describe, expect, it } from '@jest/globals';
import { SigningKeyAnnounced } from '@tradewind/contracts';
import { kafkaClient } from '@tradewind/messaging';
import { eventually } from '@tradewind/testing';
import { SignJWT } from 'jose';
import { aKeyPair, aToken, type Pair } from '../../../apps/gateway/test/access-tokens.fixture.spec.js';
import { aRecord, publish } from '../../../apps/gateway/test/platform-records.fixture.spec.js';
import { Client } from '../client.js';
import type { Scene } from '../scene.js';

const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');
const decode = (part: string): Record<string, unknown> =>
  JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>;

/** Says that tokens may be signed with a key of the test's own, as the user service does with its keys. */
async function trust(brokers: string, { kid, publicKey }: Pair): Promise<void> {
  const kafka = kafkaClient({ brokers: brokers.split(','), clientId: 'test' });
  const now = new Date().toISOString();
  await publish(kafka, aRecord(SigningKeyAnnounced, { kid, publicKey, announcedAt: now, signsFrom: now }));
  await kafka.close();
}

export const tokens = (scene: () => Scene): void => {
  describe('an access token', () => {
    let trusted: Pair;
    let stranger: Pair;
    /** Where tokens are looked at: the gateway, and every service for itself. */
    let doors: Client[];
    beforeAll(async () => {
      const { shop } = scene();
      [trusted, stranger] = await Promise.all([aKeyPair(), aKeyPair()]);
      await trust(shop.kafkaBrokers, trusted);
      const orders = shop.instances.find(({ name }) => name === 'order')!;
      const users = shop.instances.find(({ name }) => name === 'user')!;
      doors = [new Client(shop.gatewayUrl), new Client(orders.url), new Client(users.url)];
      const sound = await aToken(trusted);
      await eventually(async () => (await statuses(sound)).every((status) => status !== 401 && status !== 503));
    });
    const statuses = (token: string): Promise<number[]> =>
      Promise.all(
        doors.map(
          async (door) =>
            (await door.get(door.url === doors[2]!.url ? '/users/me' : '/orders', { authorization: `Bearer ${token}` }))
              .status,
        ),
      );

    /** A token that the shop itself has made. */
    const genuine = () => scene().ann.token!;
    const expired = Math.floor(Date.now() / 1_000) - 60;
    const forgeries: Record<string, () => string | Promise<string>> = {
      'without a signature (alg none)': () => {
        const [, claims = ''] = genuine().split('.');
        return `${encode({ alg: 'none' })}.${claims}.`;
      },
      'that says alg none and keeps its signature': () => {
        const [head = '', claims = '', signature = ''] = genuine().split('.');
        return `${encode({ ...decode(head), alg: 'none' })}.${claims}.${signature}`;
      },
      'signed with the public key as a secret (HS256)': () =>
        new SignJWT(decode(genuine().split('.')[1]!))
          .setProtectedHeader({ alg: 'HS256', kid: trusted.kid })
          .sign(Buffer.from(trusted.publicKey, 'base64url')),
      'signed with a key that nobody has announced': () => aToken(stranger),
      'signed with another key under a known name': () => aToken({ ...stranger, kid: trusted.kid }),
      'with a name of a key that is no name': () => aToken({ ...trusted, kid: '../../etc/passwd' }),
      'of another issuer': () => aToken(trusted, { iss: 'somebody' }),
      'for another audience': () => aToken(trusted, { aud: 'another-shop' }),
      'that has expired': () => aToken(trusted, { exp: expired }),
      'that is not good yet': () => aToken(trusted, { nbf: expired + 3_600 }),
      'that never expires': () =>
        new SignJWT({
          role: 'customer',
          iss: 'tradewind',
          aud: 'tradewind-shop',
          sub: '01991234-5678-7000-8000-00000000000a',
        })
          .setProtectedHeader({ alg: 'EdDSA', kid: trusted.kid })
          .sign(trusted.privateKey),
      'with a role that there is not': () => aToken(trusted, { role: 'root' }),
      'of nobody': () => aToken(trusted, { sub: 'nobody' }),
      'whose claims were changed': () => {
        const [head, claims = '', signature] = genuine().split('.');
        return `${head}.${encode({ ...decode(claims), role: 'admin' })}.${signature}`;
      },
      'whose signature was changed': () => genuine().replace(/.{4}$/, (end) => (end === 'AAAA' ? 'BBBB' : 'AAAA')),
      'that is none': () => 'not.a.token',
      'of 10 kB': () => aToken(trusted, { more: 'x'.repeat(10_000) }),
    };

    it('that is sound opens every door', async () =>
      expect(await statuses(await aToken(trusted))).toEqual([200, 200, 404]));

    it.each(Object.keys(forgeries))('%s opens none', async (name) => {
      expect(await statuses(await forgeries[name]!())).toEqual([401, 401, 401]);
    });

    it.each(['', 'Bearer', 'Bearer ', 'Basic YWRtaW46YWRtaW4=', 'Bearer a b'])(
      'in a header "%s" is none',
      async (authorization) => {
        const { nobody } = scene();
        expect(await nobody.get('/orders', { authorization })).toMatchObject({
          status: 401,
          body: { type: '/problems/not-authenticated' },
        });
      },
    );
  });
};
