import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PostgresStore } from '@tradewind/messaging/internals';
import { DataSource } from 'typeorm';
import { OperatedDatabases } from '../databases/operated-databases.fixture.spec.js';
import { describeState, pendingEffects } from './pending-effects.js';

let databases: OperatedDatabases<'order' | 'payment'>;
let payment: DataSource;
beforeAll(async () => {
  databases = await OperatedDatabases.open('order', 'payment');
  payment = await new DataSource({
    type: 'postgres',
    url: databases.urls.payment,
    applicationName: 'payment-2',
  }).initialize();
}, 120_000);
afterAll(async () => {
  await payment?.destroy();
  await databases?.close();
});

describe('pending effects', () => {
  it('are listed with their age, attempts and instance', async () => {
    const store = new PostgresStore(payment);
    const request = (name: string, key: string) => ({
      id: randomUUID(),
      name,
      key,
      payload: {},
      cause: randomUUID(),
      correlation: key,
    });
    const [done, leased, behind, failed] = [
      request('a', 'done'),
      request('b', 'leased'),
      request('b', 'leased'),
      request('c', 'failed'),
    ];
    const [one, other] = [randomUUID(), randomUUID()];
    await store.transaction((tx) => tx.scheduleEffects([done, leased, behind, failed]));
    await store.claimEffects(['a'], 10, 60_000, one);
    await store.transaction((tx) => tx.finishEffects([{ id: done.id, token: one }]));
    await store.claimEffects(['b'], 10, 600_000, other);
    await store.claimEffects(['c'], 10, 60_000, one);
    await store.retryEffect(failed.id, one, 600_000, 'the provider is unavailable');
    const effects = await pendingEffects(databases.urls);
    expect(effects).toMatchObject([
      {
        service: 'payment',
        id: leased.id,
        name: 'b',
        key: 'leased',
        attempts: 1,
        holder: 'payment-2',
        waitsForKey: false,
        lastError: null,
      },
      { service: 'payment', id: behind.id, attempts: 0, holder: null, leasedFor: null, waitsForKey: true },
      {
        service: 'payment',
        id: failed.id,
        attempts: 1,
        holder: null,
        leasedFor: null,
        waitsForKey: false,
        lastError: 'the provider is unavailable',
      },
    ]);
    for (const { age } of effects) expect(age).toBeGreaterThan(0);
    expect(effects.map(describeState)).toEqual([
      expect.stringMatching(/^payment-2, leased for \d+ min$/),
      'waits for another of its key',
      expect.stringMatching(/^next attempt in \d+ min$/),
    ]);
  });
});
