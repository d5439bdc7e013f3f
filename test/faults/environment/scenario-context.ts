import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import type { DatabaseService } from '../../../tools/services.js';
import type { Shop } from '../../../tools/platform/shop/shop.js';
import { seededRandom, type SeededRandom } from '../../../tools/shop/retail/seeded-random.js';
import type { Load } from '../load/load.js';
import type { FaultEnvironment } from './environment.js';
import { pollUntil } from './poll-until.js';

/** How much of a fault is run: for `npm test`, for one hour, or with the counts of docs/guarantees.md. */
export type Extent = 'short' | 'usual' | 'full';

/** The shop under load that a scenario runs on, and the ways to break it. */
export class ScenarioContext {
  readonly injections: Record<string, number> = {};
  readonly notes: string[] = [];
  /** Time of the last injection, on `performance.now()`. */
  lastInjectionAt = performance.now();
  /** Set by the runner once the shop is idle. */
  recoverySeconds = Number.NaN;

  constructor(
    readonly environment: FaultEnvironment,
    readonly fault: string,
    readonly extent: Extent,
    readonly log: (line: string) => void,
  ) {}

  get shop(): Shop {
    return this.environment.shop;
  }

  get load(): Load {
    return this.environment.load;
  }

  /** Counts an injection. The counts are printed with the result. */
  recordInjection(what: string, times = 1): void {
    this.injections[what] = (this.injections[what] ?? 0) + times;
    this.lastInjectionAt = performance.now();
  }

  note(what: string): void {
    this.notes.push(what);
    this.log(`${this.fault}: ${what}`);
  }

  random(purpose: string): SeededRandom {
    return seededRandom(this.environment.seed, `${this.fault} ${purpose}`);
  }

  byExtent(short: number, usual: number, full: number): number {
    return { short, usual, full }[this.extent];
  }

  delay(milliseconds: number): Promise<void> {
    return delay(milliseconds);
  }

  waitFor<T>(what: string, read: () => T | Promise<T>, timeoutSeconds = 60): ReturnType<typeof pollUntil<T>> {
    return pollUntil(what, read, 1_000 * timeoutSeconds);
  }

  /** Waits until this many more orders have their outcome. */
  async waitForOrders(count: number, timeoutSeconds = 90): Promise<void> {
    const { counts } = this.load;
    const wanted = counts.settled + count;
    await this.waitFor(`${count} more orders with an outcome`, () => counts.settled >= wanted, timeoutSeconds);
  }

  /** Kills a process; the supervisor starts it again. Returns false, and counts nothing, when it is not running. */
  kill(name: string, signal: NodeJS.Signals = 'SIGKILL'): boolean {
    try {
      this.shop.kill(name, signal);
    } catch (error) {
      if (/is not running/.test((error as Error).message)) return false;
      throw error;
    }
    this.recordInjection(`${signal} ${name}`);
    return true;
  }

  /** Pauses a process (SIGSTOP) for a while. Its connections stay open. */
  async pauseProcess(name: string, milliseconds: number): Promise<void> {
    this.shop.kill(name, 'SIGSTOP');
    this.recordInjection(`paused ${name}`);
    await delay(milliseconds);
    this.shop.kill(name, 'SIGCONT');
    this.recordInjection(`resumed ${name}`);
  }

  /** The instance whose relay leads for the service. */
  relayLeaderOf(service: DatabaseService): Promise<string> {
    const instances = this.shop.instances.filter((each) => each.service === service);
    return this.waitFor(`a relay leader of ${service}`, async () => {
      for (const { name, operationsUrl } of instances) {
        const metrics = await fetch(`${operationsUrl}/metrics`, { signal: AbortSignal.timeout(2_000) }).then(
          (response) => response.text(),
          () => '',
        );
        if (/^tradewind_relay_leader\{[^}]*\} 1$/m.test(metrics)) return name;
      }
      return undefined;
    });
  }

  /** Runs a statement as the cluster's administrator, past every proxy. */
  async queryAsAdmin<R extends pg.QueryResultRow>(
    sql: string,
    values: readonly unknown[] = [],
    database = 'postgres',
  ): Promise<R[]> {
    const url = new URL(this.shop.adminUrl);
    url.pathname = `/${database}`;
    const client = new pg.Client({ connectionString: url.href, connectionTimeoutMillis: 5_000 });
    client.on('error', () => undefined); // the running query rejects with the same error
    try {
      await client.connect();
      return (await client.query<R>(sql, [...values])).rows;
    } finally {
      await client.end();
    }
  }
}
