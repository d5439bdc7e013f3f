import 'reflect-metadata';
import { afterAll, beforeAll, describe, jest } from '@jest/globals';
import type { Shop } from '../../tools/platform/shop/shop.js';
import { startShop } from '../../tools/platform/shop/start-shop.js';
import { bodies } from './bad-input/bodies.story.js';
import { brokenRecordsOnTopics } from './bad-input/broken-records.story.js';
import { fields } from './bad-input/fields.story.js';
import { limits } from './bad-input/limits.story.js';
import { tokens } from './bad-input/tokens.story.js';
import { webhooks } from './bad-input/webhooks.story.js';
import { setScene, type Scene } from './scene.js';

jest.setTimeout(60_000);

/* What clients, thieves and broken programs send. */
describe('a shop that is sent what it must not take', () => {
  let shop: Shop;
  let scene: Scene;
  beforeAll(async () => {
    shop = await startShop({ ports: 'free' });
    scene = await setScene(shop);
  }, 240_000);
  afterAll(() => shop?.stop(), 60_000);

  for (const story of [fields, bodies, webhooks, tokens, limits, brokenRecordsOnTopics]) story(() => scene);
});
