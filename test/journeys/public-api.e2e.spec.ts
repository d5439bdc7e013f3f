import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { runAudit } from '../../tools/audit/index.js';
import type { Shop } from '../../tools/platform/shop/shop.js';
import { startShop } from '../../tools/platform/shop/start-shop.js';
import { openFixture, type ShopFixture } from './api/fixture.js';
import { attacks } from './bad-input/attacks.scenario.js';
import { bodies } from './bad-input/bodies.scenario.js';
import { brokenRecordsOnTopics } from './bad-input/broken-records.scenario.js';
import { fields } from './bad-input/fields.scenario.js';
import { limits } from './bad-input/limits.scenario.js';
import { tokens } from './bad-input/tokens.scenario.js';
import { webhooks } from './bad-input/webhooks.scenario.js';
import { accounts } from './buying/accounts.scenario.js';
import { afterPlacing } from './buying/after-placing.scenario.js';
import { assortment } from './buying/assortment.scenario.js';
import { authorization } from './buying/authorization.scenario.js';
import { carts } from './buying/cart.scenario.js';
import { catalogue } from './buying/catalogue.scenario.js';
import { checkout } from './buying/checkout.scenario.js';
import { documentation } from './buying/documentation.scenario.js';
import { shopConsole } from './console/console.scenario.js';
import { eventStream } from './buying/event-stream.scenario.js';
import { outcomes } from './buying/outcomes.scenario.js';

jest.setTimeout(60_000);

/* Everything that customers and the admin do through the public HTTP API, then everything that the shop must reject. One shop serves all scenarios. */
describe('the public API of a shop', () => {
  let shop: Shop;
  let fixture: ShopFixture;
  beforeAll(async () => {
    shop = await startShop({ ports: 'free', bundled: true, console: true });
    fixture = await openFixture(shop);
  }, 240_000);
  afterAll(() => shop?.stop(), 60_000);

  describe('with valid requests', () => {
    for (const scenario of [
      accounts,
      catalogue,
      carts,
      assortment,
      checkout,
      outcomes,
      afterPlacing,
      eventStream,
      authorization,
      documentation,
      shopConsole,
    ])
      scenario(() => fixture);

    it('has a clean audit', async () => {
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

  describe('with invalid requests and records', () => {
    for (const scenario of [fields, attacks, bodies, webhooks, tokens, limits, brokenRecordsOnTopics])
      scenario(() => fixture);
  });
});
