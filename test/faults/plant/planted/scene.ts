import { readFileSync } from 'node:fs';
import pg from 'pg';
import type { DatabaseService } from '../../../../tools/platform/shop/processes.js';
import type { Shop } from '../../../../tools/platform/shop/shop.js';
import { atRest } from '../../ground/at-rest.js';
import type { Load } from '../../load/load.js';
import type { Proxy } from '../../network/proxy.js';
import type { Deed } from '../deeds.js';
import type { Plant } from '../plant.js';
import { until } from './until.js';

/** A shop with a hand on one of its services, and buyers who have not begun to buy. */
export class Scene {
  constructor(
    readonly shop: Shop,
    readonly load: Load,
    readonly plant: Plant,
    readonly say: (line: string) => void,
    private readonly network?: Proxy<'kafka'>,
  ) {}

  /** What stands before Kafka, in a scenario that asks for it. */
  get kafka(): Proxy<'kafka'> {
    if (!this.network) throw new Error('this scenario has no network of its own');
    return this.network;
  }

  /** Nothing is under way any more, so that what comes next is the next thing that happens. */
  quiet(): Promise<void> {
    return atRest(this.shop, this.say);
  }

  /** Gives the order, lets the moment come, and resolves when the deed was done; the answer is the process that did it. */
  async provoke(deed: Deed, moment: () => Promise<unknown>, processes = 1): Promise<number> {
    const order = this.plant.order(deed);
    await until(`${processes} processes that know what to do`, () => this.plant.knownTo(order) >= processes);
    await moment();
    const { pid } = await until(`a ${deed.do} ${deed.at?.point ?? 'at once'}`, () => this.plant.fired(order));
    this.say(`${deed.do} ${deed.at ? `at ${deed.at.point}` : 'at once'}: process ${pid}`);
    return pid;
  }

  /** Begins something, and resolves when a process has passed a point once more. */
  async passes(point: string, begin: () => Promise<unknown>): Promise<void> {
    const times = (): number => this.plant.passed().get(point) ?? 0;
    const before = times();
    await begin();
    await until(`a process that passes ${point}`, () => times() > before);
  }

  /** Resolves when a service's consumer has its share of the partitions. */
  async joins(service: DatabaseService): Promise<void> {
    const { url } = this.shop.instances.find((instance) => instance.name === service)!;
    const shared = new RegExp(`^consumer_rebalances_total\\{group="${service}"\\} [1-9]`, 'm');
    await until(`the consumer of ${service} in its group`, async () =>
      shared.test(await (await fetch(`${url}/metrics`)).text()),
    );
  }

  /** Resolves when a service has begun to read a topic, or when it has not in so many milliseconds. */
  async begins(service: DatabaseService, topic: string, milliseconds: number): Promise<void> {
    const end = performance.now() + milliseconds;
    const started = async (): Promise<boolean> =>
      (await this.ask(service, 'select 1 from msg_starts where consumer = $1 and topic = $2', [service, topic]))
        .length > 0;
    await until(`${service} at ${topic}, or its time over`, async () => performance.now() > end || (await started()));
  }

  /** Everything that an instance has logged. */
  logOf(name: string): string {
    return readFileSync(this.shop.instances.find((instance) => instance.name === name)!.log, 'utf8');
  }

  /** Waits until a query finds something, and gives it. */
  async until<R extends object>(service: DatabaseService, sql: string, values: readonly unknown[] = []): Promise<R> {
    return until(`${service}: ${sql}`, async () => (await this.ask<R>(service, sql, values))[0]);
  }

  /** Reads a service's database. */
  ask<R extends object>(service: DatabaseService, sql: string, values: readonly unknown[] = []): Promise<R[]> {
    return rows<R>(this.shop.databases[service], sql, values);
  }

  /** Changes how a service's database behaves, never what stands in it. */
  async command(service: DatabaseService, sql: string): Promise<void> {
    await rows(this.shop.adminUrl.replace(/\/[^/?]*(\?|$)/, `/${service}$1`), sql, []);
  }
}

async function rows<R extends object>(connectionString: string, sql: string, values: readonly unknown[]): Promise<R[]> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    return (await client.query<R>(sql, [...values])).rows;
  } finally {
    await client.end();
  }
}
