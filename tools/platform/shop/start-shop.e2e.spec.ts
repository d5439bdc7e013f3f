import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '@tradewind/testing';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import pg from 'pg';
import { birthOf, livingPid } from '../process/pid-file.js';
import type { Instance, Shop } from './shop.js';
import { startShop } from './start-shop.js';

jest.setTimeout(240_000);

let shop: Shop;
beforeAll(async () => {
  shop = await startShop({ ports: 'free', scale: { cart: 2 } });
});
afterAll(() => shop.stop());

function instance(name: string): Instance {
  const found = shop.instances.find((one) => one.name === name);
  if (!found) throw new Error(`no ${name}`);
  return found;
}

const answers = async (url: string): Promise<boolean> => (await fetch(url)).ok;

describe('a shop of its own', () => {
  it('serves through its gateway', async () => {
    expect(await answers(`${shop.gatewayUrl}/products?limit=1`)).toBe(true);
  });

  it('has an admin who can log in', async () => {
    const answer = await fetch(`${shop.gatewayUrl}/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(shop.admin),
    });
    expect(answer.status).toBe(200);
  });

  it('has as many instances as it was told', () => {
    expect(shop.instances.filter(({ service }) => service === 'cart').map(({ name }) => name)).toEqual(['cart', 'cart-2']);
  });

  it('gives each service a database that only it can open', async () => {
    const client = new pg.Client({ connectionString: shop.databases.cart.replace(/\/cart$/, '/order') });
    await expect(client.connect()).rejects.toThrow('permission denied for database "order"');
  });
});

describe('a service that is killed', () => {
  it('is started again and serves', async () => {
    const before = instance('order').keeper.pid;
    shop.kill('order');
    await eventually(() => instance('order').keeper.restarts === 1, 30_000);
    await shop.untilReady();
    expect(instance('order').keeper.pid).not.toBe(before);
  });
});

describe('Kafka and PostgreSQL, stopped and started', () => {
  it('stay away until then, and come back with what they had', async () => {
    await shop.stopOne('kafka');
    await shop.stopOne('postgres');
    expect(await answers(`${instance('order').url}/healthz`)).toBe(true);
    await expect(answers(`${instance('order').url}/readyz`)).resolves.toBe(false);
    await shop.startOne('postgres');
    await shop.startOne('kafka');
    await shop.untilReady();
    expect(await answers(`${shop.gatewayUrl}/products?limit=1`)).toBe(true);
  });
});

describe('a shop that is stopped', () => {
  it('leaves no process and no folder behind', async () => {
    const pids = ['user', 'gateway'].map((name) => livingPid(shop.state.pidFile(name)) as number);
    const postgres = livingPid(join(shop.state.path, 'postgres.pid')) as number;
    await shop.stop();
    expect([...pids, postgres].map(birthOf)).toEqual([undefined, undefined, undefined]);
    expect(existsSync(shop.state.path)).toBe(false);
  });
});
