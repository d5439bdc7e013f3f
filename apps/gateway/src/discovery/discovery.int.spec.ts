import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { InstanceGone, InstanceSeen, SigningKeyAnnounced, SigningKeyRetired } from '@tradewind/contracts';
import type { RunningService } from '@tradewind/service';
import { eventually } from '@tradewind/testing';
import { aGateway, answerTo, knownFile } from '../../test/a-gateway.fixture.spec.js';
import { AService } from '../../test/a-service.fixture.spec.js';
import { aKeyPair, aToken, type Pair } from '../../test/access-tokens.fixture.spec.js';
import { OwnKafka } from '../../test/own-kafka.fixture.spec.js';
import { aRecord, publish } from '../../test/platform-records.fixture.spec.js';
import { recall } from './remembered.js';

describe("a gateway that reads the platform's topics", () => {
  let kafka: OwnKafka;
  let gateway: RunningService;
  const services: AService[] = [];
  const gateways: RunningService[] = [];

  const start = async (): Promise<RunningService> => {
    const running = await aGateway(kafka);
    gateways.push(running);
    return running;
  };
  const announced = async (name: string): Promise<AService> => {
    const service = await AService.listening(name);
    services.push(service);
    await beat(service);
    return service;
  };
  const beat = (service: AService): Promise<void> => {
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
  const ask = async (token?: string, at = gateway): Promise<{ status: number; by: unknown }> => {
    const { status, headers } = await answerTo(
      at,
      '/orders',
      token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } },
    );
    return { status, by: headers['x-served-by'] };
  };
  const answering = async (): Promise<string> =>
    [...new Set((await Promise.all(Array.from({ length: 20 }, () => ask()))).map(({ by }) => String(by)))]
      .sort()
      .join();

  beforeAll(async () => {
    kafka = await OwnKafka.started();
    gateway = await start();
  }, 120_000);
  afterAll(async () => {
    await Promise.all(gateways.map((running) => running.stop()));
    await Promise.all(services.map((service) => service.die()));
    await kafka?.end();
  }, 60_000);

  it('routes to an instance as soon as it announces itself', async () => {
    expect((await answerTo(gateway, '/readyz')).status).toBe(503);
    await announced('order-1');
    await eventually(async () => (await ask()).by === 'order-1');
    expect((await answerTo(gateway, '/readyz')).status).toBe(200);
  });
  it('shares the calls out between instances', async () => {
    await announced('order-2');
    await eventually(async () => (await answering()) === 'order-1,order-2');
  });
  it('gives no more calls to one that said good-bye', async () => {
    await publish(kafka.client, aRecord(InstanceGone, { instanceId: 'order-1' }));
    await eventually(async () => (await answering()) === 'order-2');
  });
  it('loses no call when an instance dies without a word', async () => {
    const dying = await announced('order-3');
    await eventually(async () => (await answering()) === 'order-2,order-3');
    const calls = Array.from({ length: 40 }, () => ask());
    await dying.die();
    expect(
      new Set((await Promise.all([...calls, ...Array.from({ length: 10 }, () => ask())])).map(({ status }) => status)),
    ).toEqual(new Set([200]));
  });
  it('passes over a record that is none', async () => {
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

  describe('shown a token of a key', () => {
    it('that is known, passes it', async () => {
      const key = await aKeyPair();
      await announce(key);
      const token = await aToken(key);
      await eventually(async () => (await ask(token)).status === 200);
    });
    it('that is on its way, waits for it', async () => {
      const key = await aKeyPair();
      const asked = ask(await aToken(key));
      await announce(key);
      expect((await asked).status).toBe(200);
    });
    it('that nobody announced, answers 401', async () =>
      expect((await ask(await aToken(await aKeyPair()))).status).toBe(401));
    it('that was retired, answers 401', async () => {
      const key = await aKeyPair();
      const token = await aToken(key);
      await announce(key);
      await eventually(async () => (await ask(token)).status === 200);
      await publish(kafka.client, aRecord(SigningKeyRetired, { kid: key.kid }));
      await eventually(async () => (await ask(token)).status === 401);
    });
  });

  describe('while the broker is away', () => {
    it("routes and checks tokens, even when it was started without it, and can't say that a key is forged", async () => {
      const key = await aKeyPair();
      await announce(key);
      const token = await aToken(key);
      await eventually(async () => (await ask(token)).status === 200);
      // a key is used at once, and written down right after
      await eventually(async () => (await recall(knownFile(kafka))).keys.some(({ kid }) => kid === key.kid));
      await kafka.kill();
      const fresh = await start();
      await eventually(async () => (await ask(token, fresh)).status === 200);
      expect((await ask(token)).status).toBe(200);
      expect((await ask(await aToken(await aKeyPair()), fresh)).status).toBe(503);
      await kafka.startAgain();
      const later = await aKeyPair();
      await announce(later);
      const laterToken = await aToken(later);
      for (const at of [gateway, fresh])
        await eventually(async () => (await ask(laterToken, at)).status === 200, 60_000);
    }, 120_000);
  });
});
