import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PostgresStore } from '@tradewind/messaging';
import { DataSource } from 'typeorm';
import { PlantedShop } from '../testing/planted-shop.js';
import { openEffects, standingOf } from './effects.js';

let shop: PlantedShop;
let payment: DataSource;
beforeAll(async () => {
  shop = await PlantedShop.open({ user: [], product: [], cart: [], order: [], payment: [] });
  payment = await new DataSource({
    type: 'postgres',
    url: shop.databases.payment,
    applicationName: 'payment-2',
  }).initialize();
}, 120_000);
afterAll(async () => {
  await payment?.destroy();
  await shop?.close();
});

describe('open effects', () => {
  it('are shown with their age, their tries and who has them; those that are done are not', async () => {
    const store = new PostgresStore(payment);
    const wish = (name: string, key: string) => ({
      id: randomUUID(),
      name,
      key,
      payload: {},
      cause: randomUUID(),
      correlation: key,
    });
    const [done, leased, behind, failed] = [
      wish('a', 'done'),
      wish('b', 'leased'),
      wish('b', 'leased'),
      wish('c', 'failed'),
    ];
    const [one, other] = [randomUUID(), randomUUID()];
    await store.transaction((tx) => tx.wish([done, leased, behind, failed]));
    await store.claimEffects(['a'], 10, 60_000, one);
    await store.transaction((tx) => tx.finishEffects([{ id: done.id, token: one }]));
    await store.claimEffects(['b'], 10, 600_000, other);
    await store.claimEffects(['c'], 10, 60_000, one);
    await store.retryEffect(failed.id, one, 600_000, 'the provider is away');
    const open = await openEffects(shop.databases);
    expect(open).toMatchObject([
      {
        service: 'payment',
        id: leased.id,
        name: 'b',
        key: 'leased',
        tries: 1,
        holder: 'payment-2',
        behind: false,
        lastError: null,
      },
      { service: 'payment', id: behind.id, tries: 0, holder: null, leased: null, behind: true },
      {
        service: 'payment',
        id: failed.id,
        tries: 1,
        holder: null,
        leased: null,
        behind: false,
        lastError: 'the provider is away',
      },
    ]);
    for (const { age } of open) expect(age).toBeGreaterThan(0);
    expect(open.map(standingOf)).toEqual([
      expect.stringMatching(/^payment-2, leased for \d+ min$/),
      'waits for another of its key',
      expect.stringMatching(/^tried again in \d+ min$/),
    ]);
  });
});
