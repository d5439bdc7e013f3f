import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@tradewind/testing';
import { DataSource } from 'typeorm';
import type { Shop } from '../../tools/platform/shop/shop.js';
import { startShop } from '../../tools/platform/shop/start-shop.js';
import { tradewind } from '../drills/tradewind.js';
import { aProduct, pounds } from './people.js';
import { setScene, type Scene } from './scene.js';

interface Rebuilt {
  readonly exchanged: boolean;
  readonly read: number;
  readonly tables: readonly { readonly table: string; readonly different: number; readonly onlyLive: number }[];
}

describe('the copy of prices of a shop that trades', () => {
  let shop: Shop;
  let scene: Scene;
  let rows: DataSource;
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  const operator = <T>(...args: string[]): Promise<T> => tradewind<T>(shop.state.path, say, ...args);

  beforeAll(async () => {
    shop = await startShop({ ports: 'free', say });
    scene = await setScene(shop);
    rows = await new DataSource({ type: 'postgres', url: shop.databases.cart }).initialize();
  }, 240_000);
  afterAll(async () => {
    await rows?.destroy();
    await shop?.stop();
  }, 60_000);

  it('is made anew while prices change, and shows the last of them', async () => {
    const product = await aProduct(scene.admin);
    await eventually(
      async () =>
        (await rows.query<object[]>('select 1 from products where product_id = $1', [product.id])).length === 1,
    );
    let over = false;
    let price = 1_000;
    const changing = (async () => {
      while (!over)
        expect((await scene.admin.patch(`/products/${product.id}`, { price: pounds(++price) })).status).toBe(200);
    })();
    const { exchanged, tables } = await operator<Rebuilt>(
      'rebuild',
      'cart.prices',
      '--reason',
      'a drill',
      '--yes',
    ).finally(() => (over = true));
    await changing;
    expect([exchanged, tables.map(({ table, onlyLive }) => [table, onlyLive])]).toEqual([true, [['products', 0]]]);
    await eventually(
      async () =>
        (
          await rows.query<{ price: number }[]>(
            'select price_amount::int as price from products where product_id = $1',
            [product.id],
          )
        )[0]!.price === price,
    );
    expect(await operator<Rebuilt>('rebuild', 'cart.prices', '--shadow')).toMatchObject({
      exchanged: false,
      tables: [{ different: 0 }],
    });
    expect(await operator('rebuild', 'drop', 'cart.prices', '--reason', 'it is right', '--yes')).toEqual({
      done: true,
      did: ['Dropped.'],
    });
    await expect(operator('rebuild', 'cart', '--shadow')).rejects.toThrow('cart decides on user.forgotten by policies');
  }, 240_000);
});
