import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { InstanceGone, InstanceSeen, SigningKeyAnnounced, SigningKeyRetired } from '@tradewind/contracts';
import type { RunningService } from '@tradewind/service';
import { eventually } from '@tradewind/testing';
import { aGateway, fetchFrom, snapshotFile } from '../../test/a-gateway.fixture.spec.js';
import { FakeService } from '../../test/fake-service.fixture.spec.js';
import { aKeyPair, aToken, type Pair } from '../../test/access-tokens.fixture.spec.js';
import { DedicatedKafka } from '../../test/dedicated-kafka.fixture.spec.js';
import { aRecord, publish } from '../../test/platform-records.fixture.spec.js';
import { readSnapshot } from './snapshot-file.js';

describe("a gateway that reads the platform's topics", () => {
  let kafka: DedicatedKafka;
  let gateway: RunningService;
  const services: FakeService[] = [];
  const gateways: RunningService[] = [];

  const start = async (): Promise<RunningService> => {
    const running = await aGateway(kafka);
    gateways.push(running);
    return running;
  };
  const announced = async (name: string): Promise<FakeService> => {
    const service = await FakeService.listening(name);
    services.push(service);
    await sendHeartbeat(service);
    return service;
  };
  const sendHeartbeat = (service: FakeService): Promise<void> => {
    const now = new Date().toISOString();
    return publish(
      kafka.client,
      aRecord(InstanceSeen, {
        instanceId: service.name,
        service: 'order',
        url: service.url,
        startedAt: now,
        seenAt: now,
      }),
    );
  };
  const announce = ({ kid, publicKey }: Pair): Promise<void> =>
    publish(
      kafka.client,
      aRecord(SigningKeyAnnounced, {
        kid,
        publicKey,
        announcedAt: new Date().toISOString(),
        signsFrom: new Date().toISOString(),
      }),
    );
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
    kafka = await DedicatedKafka.started();
    gateway = await start();
  }, 120_000);
  afterAll(async () => {
    await Promise.all(gateways.map((running) => running.stop()));
    await Promise.all(services.map((service) => service.kill()));
    await kafka?.stop();
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
    await publish(kafka.client, aRecord(InstanceGone, { instanceId: 'order-1' }));
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
  it('ignores a malformed record', async () => {
    await publish(kafka.client, {
      ...aRecord(InstanceSeen, {
        instanceId: 'x',
        service: 'order',
        url: 'http://x',
        startedAt: 'then',
        seenAt: 'now',
      }),
      value: '{"half',
    });
    await announced('order-4');
    await eventually(async () => (await answering()).includes('order-4'));
  });

  describe('called with a token of a key', () => {
    it('that is known, forwards the call', async () => {
      const key = await aKeyPair();
      await announce(key);
      const token = await aToken(key);
      await eventually(async () => (await call(token)).status === 200);
    });
    it('that has not arrived, waits for it', async () => {
      const key = await aKeyPair();
      const pending = call(await aToken(key));
      await announce(key);
      expect((await pending).status).toBe(200);
    });
    it('that is unknown, answers 401', async () =>
      expect((await call(await aToken(await aKeyPair()))).status).toBe(401));
    it('that was retired, answers 401', async () => {
      const key = await aKeyPair();
      const token = await aToken(key);
      await announce(key);
      await eventually(async () => (await call(token)).status === 200);
      await publish(kafka.client, aRecord(SigningKeyRetired, { kid: key.kid }));
      await eventually(async () => (await call(token)).status === 401);
    });
  });

  describe('without the broker', () => {
    it('routes and verifies tokens, also after a start, and answers 503 to an unknown key', async () => {
      const key = await aKeyPair();
      await announce(key);
      const token = await aToken(key);
      await eventually(async () => (await call(token)).status === 200);
      // a key is used at once, and written to the file afterwards
      await eventually(async () => (await readSnapshot(snapshotFile(kafka))).keys.some(({ kid }) => kid === key.kid));
      await kafka.kill();
      const fresh = await start();
      await eventually(async () => (await call(token, fresh)).status === 200);
      expect((await call(token)).status).toBe(200);
      expect((await call(await aToken(await aKeyPair()), fresh)).status).toBe(503);
      await kafka.restart();
      const later = await aKeyPair();
      await announce(later);
      const laterToken = await aToken(later);
      for (const at of [gateway, fresh])
        await eventually(async () => (await call(laterToken, at)).status === 200, 60_000);
    }, 120_000);
  });
});
