import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { InstanceGone, InstanceSeen, SigningKeyAnnounced, SigningKeyRetired } from '@tradewind/contracts';
import { SigningRootSigner, type RunningService } from '@tradewind/service';
import { eventually } from '@tradewind/testing';
import { recordOf } from '@tradewind/testing/service';
import { fetchFrom, GatewayEnvironment } from '../../test/gateway-environment.fixture.spec.js';
import { FakeService } from '../../test/fake-service.fixture.spec.js';
import { announcementOf, retirementOf } from '../../../../test/signing-root.js';
import { aKeyPair, aToken } from '../../test/access-tokens.fixture.spec.js';
import { readSnapshot } from './snapshot-file.js';

describe("a gateway that reads the platform's topics", () => {
  let environment: GatewayEnvironment;
  let gateway: RunningService;
  const services: FakeService[] = [];

  const announced = async (name: string): Promise<FakeService> => {
    const service = await FakeService.listening(name);
    services.push(service);
    await sendHeartbeat(service);
    return service;
  };
  const sendHeartbeat = (service: FakeService): Promise<void> => {
    const now = new Date().toISOString();
    return environment.publish(InstanceSeen, {
      instanceId: service.name,
      service: 'order',
      url: service.url,
      startedAt: now,
      seenAt: now,
    });
  };
  const call = async (token?: string, at = gateway): Promise<{ status: number; by: unknown }> => {
    const { status, headers } = await fetchFrom(
      at,
      '/orders',
      token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } },
    );
    return { status, by: headers['x-served-by'] };
  };
  const answering = async (): Promise<string> =>
    [...new Set((await Promise.all(Array.from({ length: 20 }, () => call()))).map(({ by }) => String(by)))]
      .sort()
      .join();

  beforeAll(async () => {
    environment = await GatewayEnvironment.start();
    gateway = await environment.gateway();
  }, 120_000);
  afterAll(async () => {
    await environment?.stop();
    await Promise.all(services.map((service) => service.kill()));
  }, 60_000);

  it('routes to an instance as soon as it announces itself', async () => {
    expect((await fetchFrom(gateway, '/readyz')).status).toBe(503);
    await announced('order-1');
    await eventually(async () => (await call()).by === 'order-1');
    expect((await fetchFrom(gateway, '/readyz')).status).toBe(200);
  });
  it('balances the calls between instances', async () => {
    await announced('order-2');
    await eventually(async () => (await answering()) === 'order-1,order-2');
  });
  it('sends no more calls to an instance that published its tombstone', async () => {
    await environment.publish(InstanceGone, { instanceId: 'order-1' });
    await eventually(async () => (await answering()) === 'order-2');
  });
  it('loses no call when an instance is killed', async () => {
    const dying = await announced('order-3');
    await eventually(async () => (await answering()) === 'order-2,order-3');
    const calls = Array.from({ length: 40 }, () => call());
    await dying.kill();
    expect(
      new Set((await Promise.all([...calls, ...Array.from({ length: 10 }, () => call())])).map(({ status }) => status)),
    ).toEqual(new Set([200]));
  });
  it.each([
    'http://127.0.0.1:9/path',
    'http://127.0.0.1:9?x',
    'http://ada:x@127.0.0.1:9',
    'ftp://127.0.0.1',
    'http://[zz',
    'http://127.0.0.1:6000',
  ])('ignores an instance with the address %s, and says so', async (url) => {
    const now = new Date().toISOString();
    const fields = { instanceId: `at ${url}`, service: 'order', url, startedAt: now, seenAt: now };
    const record = recordOf({ message: InstanceGone, fields: { instanceId: fields.instanceId } });
    await environment.publishRecord({
      ...recordOf({ message: InstanceSeen, fields: { ...fields, url: 'http://127.0.0.1:9' } }),
      key: record.key,
      value: JSON.stringify(fields),
    });
    const later = await announced(`after ${url}`);
    await eventually(async () => (await answering()).includes(later.name));
    const { status, text } = await fetchFrom(gateway, '/readyz');
    expect([status, text]).toEqual([200, expect.stringContaining('records cannot be used')]);
    await environment.publish(InstanceGone, { instanceId: later.name });
    await eventually(async () => !(await answering()).includes(later.name));
  });
  it('ignores a malformed record', async () => {
    const fields = { instanceId: 'x', service: 'order', url: 'http://x', startedAt: 'then', seenAt: 'now' };
    await environment.publishRecord({ ...recordOf({ message: InstanceSeen, fields }), value: '{"half' });
    await announced('order-4');
    await eventually(async () => (await answering()).includes('order-4'));
  });

  describe('called with a token of a key', () => {
    it('that is known, forwards the call', async () => {
      const key = await aKeyPair();
      await environment.announce(key);
      const token = await aToken(key);
      await eventually(async () => (await call(token)).status === 200);
    });
    it('that has not arrived, waits for it', async () => {
      const key = await aKeyPair();
      const pending = call(await aToken(key));
      await environment.announce(key);
      expect((await pending).status).toBe(200);
    });
    it('that is unknown, answers 401', async () =>
      expect((await call(await aToken(await aKeyPair()))).status).toBe(401));
    it('that was retired, answers 401', async () => {
      const key = await aKeyPair();
      const token = await aToken(key);
      await environment.announce(key);
      await eventually(async () => (await call(token)).status === 200);
      await environment.publish(SigningKeyRetired, retirementOf(key.kid));
      await eventually(async () => (await call(token)).status === 401);
    });
  });

  describe('called with a token after a forgery on the topic', () => {
    const { x, d } = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
    const other = new SigningRootSigner(x!, d!);
    it('of an announcement, answers 401', async () => {
      const key = await aKeyPair();
      await environment.publish(SigningKeyAnnounced, announcementOf(key, other));
      expect((await call(await aToken(key))).status).toBe(401);
    });
    it('of a retirement, forwards the call, and says which record is not used', async () => {
      const key = await aKeyPair();
      const token = await aToken(key);
      await environment.announce(key);
      await eventually(async () => (await call(token)).status === 200);
      await environment.publish(SigningKeyRetired, retirementOf(key.kid, other));
      await eventually(async () =>
        (await fetchFrom(gateway, '/readyz')).text.includes(`the retirement of ${key.kid} is not signed`),
      );
      expect((await call(token)).status).toBe(200);
    });
  });

  describe('without the broker', () => {
    it('routes and verifies tokens, also after a start, and answers 503 to an unknown key', async () => {
      const key = await aKeyPair();
      await environment.announce(key);
      const token = await aToken(key);
      await eventually(async () => (await call(token)).status === 200);
      // a key is used at once, and written to the file afterwards
      await eventually(async () =>
        (await readSnapshot(environment.snapshotFile)).keys.some(({ kid }) => kid === key.kid),
      );
      await environment.kafka.kill();
      const fresh = await environment.gateway();
      await eventually(async () => (await call(token, fresh)).status === 200);
      expect((await call(token)).status).toBe(200);
      expect((await call(await aToken(await aKeyPair()), fresh)).status).toBe(503);
      await environment.kafka.restart();
      const later = await aKeyPair();
      await environment.announce(later);
      const laterToken = await aToken(later);
      for (const at of [gateway, fresh])
        await eventually(async () => (await call(laterToken, at)).status === 200, 60_000);
    }, 120_000);
  });
});
