import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setClientQuotas } from '../../tools/platform/kafka/client-quotas.js';
import { DedicatedKafka } from '../../tools/platform/kafka/dedicated-kafka.js';
import { freshDatabase, type FreshDatabase } from '../../tools/platform/postgres/fresh-database.js';
import { migrate, startCallService, type CallService } from './call-service.fixture.spec.js';

const aCall = { callId: expect.any(String), seconds: 90, at: expect.any(Date) };
const idleMs = 1_000;

/** Resolves when the broker has closed a connection that was opened now and never used: older idle ones are closed too. */
async function untilIdleConnectionsClosed(brokers: string): Promise<void> {
  const [host, port] = brokers.split(':') as [string, string];
  const idle = connect(Number(port), host);
  idle.resume();
  await once(idle, 'close');
}

describe('a service on the broker of another team', () => {
  let database: FreshDatabase;
  let kafka: DedicatedKafka;
  let service: CallService;

  beforeAll(async () => {
    database = await freshDatabase();
    await migrate({ type: 'postgres', url: database.url });
    kafka = await DedicatedKafka.start({ settings: { 'connections.max.idle.ms': String(idleMs) } });
    service = await startCallService({ type: 'postgres', url: database.url }, kafka.brokers);
  }, 120_000);
  afterAll(async () => {
    await service?.stop();
    await kafka?.remove();
    await database?.drop();
  }, 60_000);

  it('goes on where the broker closes idle connections', async () => {
    for (let round = 0; round < 3; round++) {
      expect(await service.call()).toEqual(aCall);
      await untilIdleConnectionsClosed(kafka.brokers);
    }
    expect(await service.call()).toEqual(aCall);
  });

  it('publishes and handles each message once, in time, under quotas that throttle it', async () => {
    await setClientQuotas(kafka.brokers, { producer_byte_rate: 4_096, consumer_byte_rate: 4_096 });
    const calls = await Promise.all(Array.from({ length: 60 }, () => service.call()));
    expect(new Set(calls.map(({ callId }) => callId)).size).toBe(60);
  }, 120_000);
});
