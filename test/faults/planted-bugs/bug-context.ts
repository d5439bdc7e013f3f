import { readFileSync } from 'node:fs';
import pg from 'pg';
import type { DatabaseService } from '../../../tools/services.js';
import type { Shop } from '../../../tools/platform/shop/shop.js';
import { waitUntilIdle } from '../environment/wait-until-idle.js';
import type { Load } from '../load/load.js';
import type { Proxy } from '../network/proxy.js';
import type { Action } from '../injection/actions.js';
import type { Injector } from '../injection/injector.js';
import { pollUntil } from '../environment/poll-until.js';

/** A shop with an injector in one of its services, and buyers that have not started yet. */
export class BugContext {
  constructor(
    readonly shop: Shop,
    readonly load: Load,
    readonly injector: Injector,
    readonly log: (line: string) => void,
    private readonly proxy?: Proxy<'kafka'>,
  ) {}

  /** The proxy before Kafka, in a scenario that asks for one. */
  get kafka(): Proxy<'kafka'> {
    if (!this.proxy) throw new Error('this scenario has no network proxy');
    return this.proxy;
  }

  /** Waits until no work is left, so that the next event is the one that the scenario causes. */
  waitUntilIdle(): Promise<void> {
    return waitUntilIdle(this.shop, this.log);
  }

  /** Gives the instruction, runs `trigger`, and returns the pid of the process that executed it. */
  async provoke(action: Action, trigger: () => Promise<unknown>, processes = 1): Promise<number> {
    const instruction = this.injector.instruct(action);
    await pollUntil(
      `${processes} processes with the instruction`,
      () => this.injector.receivedBy(instruction) >= processes,
    );
    await trigger();
    const moment = action.at ? `at ${action.at.point}` : 'at once';
    const { pid } = await pollUntil(`a ${action.do} ${moment}`, () => this.injector.execution(instruction));
    this.log(`${action.do} ${moment}: process ${pid}`);
    return pid;
  }

  /** Runs `trigger` and waits until a process passes the crash point once more. */
  async passes(point: string, trigger: () => Promise<unknown>): Promise<void> {
    const times = (): number => this.injector.passed().get(point) ?? 0;
    const before = times();
    await trigger();
    await pollUntil(`a process that passes ${point}`, () => times() > before);
  }

  /** Waits until the consumer of a service has its partitions. */
  async joins(service: DatabaseService): Promise<void> {
    const { operationsUrl } = this.shop.instances.find((instance) => instance.name === service)!;
    const rebalanced = new RegExp(`^tradewind_consumer_rebalances_total\\{[^}]*group="${service}"\\} [1-9]`, 'm');
    await pollUntil(`the consumer of ${service} in its group`, async () =>
      rebalanced.test(await (await fetch(`${operationsUrl}/metrics`)).text()),
    );
  }

  /** Waits until a service has started to read a topic, or until the time is over. */
  async startsReading(service: DatabaseService, topic: string, milliseconds: number): Promise<void> {
    const end = performance.now() + milliseconds;
    const started = async (): Promise<boolean> =>
      (
        await this.query(service, 'select 1 from msg_consumer_starts where consumer = $1 and topic = $2', [
          service,
          topic,
        ])
      ).length > 0;
    await pollUntil(
      `${service} reads ${topic}, or the time is over`,
      async () => performance.now() > end || (await started()),
    );
  }

  logOf(name: string): string {
    return readFileSync(this.shop.instances.find((instance) => instance.name === name)!.logFile, 'utf8');
  }

  /** Waits until a query returns a row, and returns it. */
  async waitForRow<R extends object>(
    service: DatabaseService,
    sql: string,
    values: readonly unknown[] = [],
  ): Promise<R> {
    return pollUntil(`${service}: ${sql}`, async () => (await this.query<R>(service, sql, values))[0]);
  }

  /** Reads a service's database. */
  query<R extends object>(service: DatabaseService, sql: string, values: readonly unknown[] = []): Promise<R[]> {
    return rowsOf<R>(this.shop.databases[service], sql, values);
  }

  /** Runs a statement in a service's database as the cluster's administrator; never changes rows. */
  async executeAsAdmin(service: DatabaseService, sql: string): Promise<void> {
    await rowsOf(this.shop.adminUrl.replace(/\/[^/?]*(\?|$)/, `/${service}$1`), sql, []);
  }
}

async function rowsOf<R extends object>(
  connectionString: string,
  sql: string,
  values: readonly unknown[],
): Promise<R[]> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    return (await client.query<R>(sql, [...values])).rows;
  } finally {
    await client.end();
  }
}
