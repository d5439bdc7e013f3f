import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { eventually } from '@tradewind/testing';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import pg from 'pg';
import { startTimeOf, livingPid } from '../process/pid-file.js';
import { commandBundleOf } from './bundle-services.js';
import type { Instance, Shop } from './shop.js';
import { startShop } from './start-shop.js';

jest.setTimeout(240_000);

/** Settings of the payment service, for the next instances. */
const paymentSettings: Record<string, string> = {};

let shop: Shop;
beforeAll(async () => {
  shop = await startShop({ ports: 'free', bundled: true, scale: { cart: 2 }, env: { payment: paymentSettings } });
});
afterAll(() => shop.stop());

function instance(name: string): Instance {
  const found = shop.instances.find((one) => one.name === name);
  if (!found) throw new Error(`no ${name}`);
  return found;
}

const isOk = async (url: string): Promise<boolean> => (await fetch(url)).ok;

/** Runs the operator's command. */
async function tradewind(...args: readonly string[]): Promise<{ code: number | null; out: string; err: string }> {
  const child = spawn(process.execPath, [commandBundleOf(shop.state.bundles), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  const code = await new Promise<number | null>((resolve, reject) =>
    child.once('error', reject).once('close', resolve),
  );
  return { code, out, err };
}

describe('a started shop', () => {
  it('answers through its gateway', async () => {
    expect(await isOk(`${shop.gatewayUrl}/products?limit=1`)).toBe(true);
  });

  it('has an admin who can log in', async () => {
    const answer = await fetch(`${shop.gatewayUrl}/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(shop.admin),
    });
    expect(answer.status).toBe(200);
  });

  it('has the requested number of instances', () => {
    expect(shop.instances.filter(({ service }) => service === 'cart').map(({ name }) => name)).toEqual([
      'cart',
      'cart-2',
    ]);
  });

  it('gives each service a database that only it can open', async () => {
    const client = new pg.Client({ connectionString: shop.databases.cart.replace(/\/cart$/, '/order') });
    await expect(client.connect()).rejects.toThrow('permission denied for database "order"');
  });
});

describe('the state folder of a started shop', () => {
  interface Entry {
    readonly path: string;
    readonly mode: number;
  }
  /** All files and folders in it, also those that links lead to. Files that a server has removed meanwhile are left out. */
  const entriesOf = (folder: string): Entry[] =>
    readdirSync(folder).flatMap((name) => {
      const path = join(folder, name);
      const stat = statSync(path, { throwIfNoEntry: false });
      return stat ? [{ path, mode: stat.mode }, ...(stat.isDirectory() ? entriesOf(path) : [])] : [];
    });

  it('has the logs and data of every process, and no other account reads, lists or changes any of them', () => {
    const { path: state } = shop.state;
    const entries = entriesOf(state);
    expect(entries.map(({ path }) => relative(state, path))).toEqual(
      expect.arrayContaining([
        ...['secrets.json', 'shop.json', 'instances.json', 'provider.log', 'logs/order.log', 'bundles'],
        ...['kafka', 'postgres/PG_VERSION'],
      ]),
    );
    // The programs are links to files outside; their folder is closed.
    const own = entries.filter(({ path }) => !path.startsWith(join(state, 'bundles/')));
    expect(own.filter(({ mode }) => (mode & 0o077) !== 0).map(({ path }) => path)).toEqual([]);
  });

  it('cannot be listed by another account; started by root, that of PostgreSQL may pass through it', () =>
    expect(statSync(shop.state.path).mode & 0o077).toBe(process.getuid?.() === 0 ? 0o011 : 0));
});

describe('a service that is killed', () => {
  it('is restarted and becomes ready', async () => {
    const before = instance('order').supervisor.pid;
    shop.kill('order');
    await eventually(() => instance('order').supervisor.restarts === 1, 30_000);
    await shop.untilReady();
    expect(instance('order').supervisor.pid).not.toBe(before);
  });
});

describe('a shop whose scale is changed while it runs', () => {
  const namesInShopFile = (): string[] =>
    (JSON.parse(readFileSync(shop.state.shopFile, 'utf8')) as { instances: { name: string }[] }).instances.map(
      ({ name }) => name,
    );
  const command = (text: string, state = shop.state.path): ReturnType<typeof tradewind> =>
    tradewind('scale', text, '--state', state, '--json');
  const openInstances = (service: string): string[] =>
    shop.instances.filter((one) => one.service === service).map(({ name }) => name);

  it('has more instances of one service and fewer of another when the command ends', async () => {
    const surplus = instance('cart-2');
    const { code, out, err } = await command('product=3,cart=1');
    expect({ code, err: code === 0 ? '' : err }).toEqual({ code: 0, err: '' });
    expect(
      (JSON.parse(out) as { running: { service: string; instances: { name: string }[] }[] }).running.map(
        ({ service, instances }) => [service, instances.length],
      ),
    ).toEqual([
      ['product', 3],
      ['cart', 1],
    ]);
    expect(openInstances('product')).toEqual(['product', 'product-2', 'product-3']);
    expect(await Promise.all(['product-2', 'product-3'].map((name) => isOk(`${instance(name).url}/readyz`)))).toEqual([
      true,
      true,
    ]);
    expect(openInstances('cart')).toEqual(['cart']);
    expect(surplus.supervisor.pid).toBeUndefined();
    expect(readFileSync(surplus.logFile, 'utf8').trimEnd().split('\n').at(-1)).toMatch(/stopped/);
    expect(namesInShopFile().toSorted()).toEqual(shop.instances.map(({ name }) => name).toSorted());
    expect(err).toContain('product-2, product-3: ready');
    expect(err).toContain('cart-2: stopped');
  });

  it('keeps the first instance when scaled down', async () => {
    await shop.scale({ product: 1 });
    expect(openInstances('product')).toEqual(['product']);
    expect(await isOk(`${shop.gatewayUrl}/products?limit=1`)).toBe(true);
  });

  it('stops all instances of a service, and starts one on the same port', async () => {
    const { url } = instance('product');
    expect((await command('product=0')).code).toBe(0);
    expect(openInstances('product')).toEqual([]);
    await expect(isOk(`${url}/readyz`)).rejects.toThrow('fetch failed');
    expect((await command('product=1')).code).toBe(0);
    expect([openInstances('product'), await isOk(`${url}/readyz`)]).toEqual([['product'], true]);
  });

  it('is as before when a new instance cannot start', async () => {
    paymentSettings['DATABASE_URL'] = 'nowhere';
    await expect(shop.scale({ payment: 2 })).rejects.toThrow('payment-2 ended 3 times instead of starting');
    expect(openInstances('payment')).toEqual(['payment']);
    expect(namesInShopFile()).not.toContain('payment-2');
  });

  it.each([
    ['orders=2', 'there is no service "orders"'],
    ['order=-1', '"order=-1" is not of the form order=2'],
    ['gateway=2', 'the gateway is the one public address'],
  ])('rejects %s with a message', async (text, sentence) => {
    const { code, err } = await command(text);
    expect(code).toBe(2);
    expect(err).toContain(sentence);
  });

  it('is not found in a folder without a shop', async () => {
    const { code, err } = await command('order=2', join(shop.state.path, 'elsewhere'));
    expect(code).toBe(2);
    expect(err).toContain('no shop is running on');
  });
});

describe('Kafka and PostgreSQL, stopped and started', () => {
  it('stay stopped until they are started, and have their data', async () => {
    await shop.stopProcess('kafka');
    await shop.stopProcess('postgres');
    expect(await isOk(`${instance('order').url}/healthz`)).toBe(true);
    await expect(isOk(`${instance('order').url}/readyz`)).resolves.toBe(false);
    await shop.startProcess('postgres');
    await shop.startProcess('kafka');
    await shop.untilReady();
    expect(await isOk(`${shop.gatewayUrl}/products?limit=1`)).toBe(true);
  });
});

describe('a shop that is stopped', () => {
  it('leaves no process and no folder behind', async () => {
    const pids = ['user', 'gateway'].map((name) => livingPid(shop.state.pidFile(name)) as number);
    const postgres = livingPid(join(shop.state.path, 'postgres.pid')) as number;
    await shop.stop();
    expect([...pids, postgres].map(startTimeOf)).toEqual([undefined, undefined, undefined]);
    expect(existsSync(shop.state.path)).toBe(false);
  });
});
