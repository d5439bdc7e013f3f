import { beforeAll, describe, expect, it } from '@jest/globals';
import { SigningKeyAnnounced } from '@tradewind/contracts';
import { kafkaClient } from '@tradewind/messaging';
import { eventually } from '@tradewind/testing';
import { MessagePublisher } from '@tradewind/testing/service';
import { SignJWT } from 'jose';
import { aKeyPair, aToken, type Pair } from '../../../apps/gateway/test/access-tokens.fixture.spec.js';
import { SigningRootSigner } from '@tradewind/service';
import { openSecrets } from '../../../tools/platform/shop/secrets.js';
import type { Shop } from '../../../tools/platform/shop/shop.js';
import { announcementOf } from '../../signing-root.js';
import { Client } from '../api/client.js';
import type { ShopFixture } from '../api/fixture.js';

const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');
const decode = (part: string): Record<string, unknown> =>
  JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>;

/** Announces a signing key of this test, as the user service announces its own keys. */
async function announce({ kafkaBrokers: brokers, state }: Shop, key: Pair): Promise<void> {
  const kafka = kafkaClient({ brokers: brokers.split(','), clientId: 'test' });
  const { publicKey, privateKey } = openSecrets(state.secretsFile).signingRoot;
  const publisher = await MessagePublisher.open(kafka);
  await publisher.publish({
    message: SigningKeyAnnounced,
    fields: announcementOf(key, new SigningRootSigner(publicKey, privateKey)),
  });
  await publisher.close();
  await kafka.close();
}

export const tokens = (fixture: () => ShopFixture): void => {
  describe('an access token', () => {
    let announced: Pair;
    let unknownKey: Pair;
    /** Tokens are verified by the gateway and by every service. */
    let endpoints: Client[];
    beforeAll(async () => {
      const { shop } = fixture();
      [announced, unknownKey] = await Promise.all([aKeyPair(), aKeyPair()]);
      await announce(shop, announced);
      const orders = shop.instances.find(({ name }) => name === 'order')!;
      const users = shop.instances.find(({ name }) => name === 'user')!;
      endpoints = [new Client(shop.gatewayUrl), new Client(orders.url), new Client(users.url)];
      const valid = await aToken(announced);
      await eventually(async () => (await statuses(valid)).every((status) => status !== 401 && status !== 503));
    });
    const statuses = (token: string): Promise<number[]> =>
      Promise.all(
        endpoints.map(
          async (endpoint) =>
            (
              await endpoint.get(endpoint.url === endpoints[2]!.url ? '/users/me' : '/orders', {
                authorization: `Bearer ${token}`,
              })
            ).status,
        ),
      );

    /** A token that the shop has issued. */
    const issued = () => fixture().ann.token!;
    const expired = Math.floor(Date.now() / 1_000) - 60;
    const forgeries: Record<string, () => string | Promise<string>> = {
      'without a signature (alg none)': () => {
        const [, claims = ''] = issued().split('.');
        return `${encode({ alg: 'none' })}.${claims}.`;
      },
      'with alg none and its signature': () => {
        const [head = '', claims = '', signature = ''] = issued().split('.');
        return `${encode({ ...decode(head), alg: 'none' })}.${claims}.${signature}`;
      },
      'signed with the public key as a secret (HS256)': () =>
        new SignJWT(decode(issued().split('.')[1]!))
          .setProtectedHeader({ alg: 'HS256', kid: announced.kid })
          .sign(Buffer.from(announced.publicKey, 'base64url')),
      'signed with a key that was not announced': () => aToken(unknownKey),
      'signed with another key under a known key id': () => aToken({ ...unknownKey, kid: announced.kid }),
      'with an invalid key id': () => aToken({ ...announced, kid: '../../etc/passwd' }),
      'of another issuer': () => aToken(announced, { iss: 'another-issuer' }),
      'for another audience': () => aToken(announced, { aud: 'another-shop' }),
      'that has expired': () => aToken(announced, { exp: expired }),
      'that is not valid yet': () => aToken(announced, { nbf: expired + 3_600 }),
      'without an expiry': () =>
        new SignJWT({
          role: 'customer',
          iss: 'tradewind',
          aud: 'tradewind-shop',
          sub: '01991234-5678-7000-8000-00000000000a',
        })
          .setProtectedHeader({ alg: 'EdDSA', kid: announced.kid, typ: 'at+jwt' })
          .sign(announced.privateKey),
      'of another type': () => aToken(announced, {}, { typ: 'JWT' }),
      'issued in the future': () => aToken(announced, { iat: expired + 3_600, exp: expired + 7_200 }),
      'that is valid for ten years': () => aToken(announced, { exp: expired + 315_360_000 }),
      'with an unknown role': () => aToken(announced, { role: 'root' }),
      'without a user id': () => aToken(announced, { sub: 'nobody' }),
      'with changed claims': () => {
        const [head, claims = '', signature] = issued().split('.');
        return `${head}.${encode({ ...decode(claims), role: 'admin' })}.${signature}`;
      },
      'with a changed signature': () => issued().replace(/.{4}$/, (end) => (end === 'AAAA' ? 'BBBB' : 'AAAA')),
      'that is not a token': () => 'not.a.token',
      'of 10 kB': () => aToken(announced, { more: 'x'.repeat(10_000) }),
    };

    it('that is valid is accepted by every endpoint', async () =>
      expect(await statuses(await aToken(announced))).toEqual([200, 200, 404]));

    it.each(Object.keys(forgeries))('%s is rejected by every endpoint', async (name) => {
      expect(await statuses(await forgeries[name]!())).toEqual([401, 401, 401]);
    });

    it.each(['', 'Bearer', 'Bearer ', 'Basic YWRtaW46YWRtaW4=', 'Bearer a b'])(
      'in the header "%s" is rejected',
      async (authorization) => {
        const { anonymous } = fixture();
        expect(await anonymous.get('/orders', { authorization })).toMatchObject({
          status: 401,
          body: { type: '/problems/not-authenticated' },
        });
      },
    );
  });
};
