import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { runAudit } from '../../tools/ops/main.js';
import type { Shop } from '../../tools/platform/shop/shop.js';
import { startShop } from '../../tools/platform/shop/start-shop.js';
import { accounts } from './buying/accounts.story.js';
import { carts } from './buying/cart.story.js';
import { catalogue } from './buying/catalogue.story.js';
import { documentation } from './buying/documentation.story.js';
import { eventStream } from './buying/event-stream.story.js';
import { outcomes } from './buying/outcomes.story.js';
import { placing } from './buying/placing.story.js';
import { setScene, type Scene } from './scene.js';
import { secondThoughts } from './buying/second-thoughts.story.js';
import { strangers } from './buying/strangers.story.js';

jest.setTimeout(60_000);

/* Everything that people do in a shop, through its public HTTP API alone. */
describe('a shop', () => {
  let shop: Shop;
  let scene: Scene;
  beforeAll(async () => {
    shop = await startShop({ ports: 'free' });
    scene = await setScene(shop);
  }, 240_000);
  afterAll(() => shop?.stop(), 60_000);

  for (const story of [
    accounts,
    catalogue,
    carts,
    placing,
    outcomes,
    secondThoughts,
    eventStream,
    strangers,
    documentation,
  ])
    story(() => scene);

  it('has clean books after all of this', async () => {
    const report = await runAudit({
      databases: shop.databases,
      brokers: shop.kafkaBrokers,
      providerLog: shop.state.providerLog,
      log: () => undefined,
    });
    expect(report.sections.flatMap(({ violations }) => violations)).toEqual([]);
    expect(report).toMatchObject({ clean: true, remarks: [] });
  });
});
