import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import type { DatabaseService } from '../../../tools/platform/shop/processes.js';
import type { Shop } from '../../../tools/platform/shop/shop.js';
import { chanceOf, type Chance } from '../../../tools/shop/retail/chance.js';
import type { Load } from '../load/load.js';
import type { Ground } from './ground.js';

/** How much of a fault is played: what fits into the tests, into an hour, or as the guarantees count it. */
export type Extent = 'short' | 'usual' | 'full';

/** What a scenario finds in place: a shop under load, and the means to break it. */
export class Stage {
  readonly hits: Record<string, number> = {};
  readonly notes: string[] = [];
  /** When the last blow was dealt, on `performance.now()`. */
  lastBlow = performance.now();
  /** Set by the runner when everything was at rest again. */
  recoverySeconds = Number.NaN;

  constructor(
    readonly ground: Ground,
    readonly fault: string,
    readonly extent: Extent,
    readonly say: (line: string) => void,
  ) {}

  get shop(): Shop {
    return this.ground.shop;
  }

  get load(): Load {
    return this.ground.load;
  }

  /** Proof that the blow was dealt: counted, and printed with the result. */
  hit(what: string, times = 1): void {
    this.hits[what] = (this.hits[what] ?? 0) + times;
    this.lastBlow = performance.now();
  }

  note(what: string): void {
    this.notes.push(what);
    this.say(`${this.fault}: ${what}`);
  }

  chance(purpose: string): Chance {
    return chanceOf(this.ground.seed, `${this.fault} ${purpose}`);
  }

  /** A number that depends on how much is to be played. */
  times(short: number, usual: number, full: number): number {
    return { short, usual, full }[this.extent];
  }

  pass(milliseconds: number): Promise<void> {
    return pause(milliseconds);
  }

  /** Waits until it gives something true. Throws with the last thing seen. */
  async until<T>(
    what: string,
    look: () => T | Promise<T>,
    seconds = 60,
  ): Promise<Exclude<T, false | 0 | '' | null | undefined>> {
    const end = performance.now() + seconds * 1_000;
    for (let last: unknown; ;) {
      try {
        const seen = await look();
        if (seen) return seen as Exclude<T, false | 0 | '' | null | undefined>;
        last = seen;
      } catch (error) {
        last = error;
      }
      if (performance.now() > end)
        throw new Error(`${what} did not come within ${seconds} s; last seen: ${String(last)}`);
      await pause(50);
    }
  }

  /** Waits until the load has settled so many more orders. */
  async trade(orders: number, seconds = 90): Promise<void> {
    const wanted = this.load.counts.settled + orders;
    await this.until(`${orders} more orders with their outcome`, () => this.load.counts.settled >= wanted, seconds);
  }

  /** Waits until so many more were answered 202. */
  async accept(orders: number, seconds = 90): Promise<void> {
    const wanted = this.load.counts.accepted + orders;
    await this.until(`${orders} more accepted orders`, () => this.load.counts.accepted >= wanted, seconds);
  }

  /** Ends it as kill -9 does; the supervisor starts it again. One that is down already is not counted. */
  kill(name: string, signal: NodeJS.Signals = 'SIGKILL'): boolean {
    try {
      this.shop.kill(name, signal);
    } catch (error) {
      if (/is not running/.test((error as Error).message)) return false;
      throw error;
    }
    this.hit(`${signal} ${name}`);
    return true;
  }

  /** Stops it in its tracks for a while. Its connections live on, and nobody is told. */
  async freeze(name: string, milliseconds: number): Promise<void> {
    this.shop.kill(name, 'SIGSTOP');
    this.hit(`paused ${name}`);
    await pause(milliseconds);
    this.shop.kill(name, 'SIGCONT');
    this.hit(`resumed ${name}`);
  }

  /** The instance that publishes the outbox of a service. */
  leaderOf(service: DatabaseService): Promise<string> {
    const instances = this.shop.instances.filter((each) => each.service === service);
    return this.until(`a relay that leads for ${service}`, async () => {
      for (const { name, url } of instances) {
        const metrics = await fetch(`${url}/metrics`, { signal: AbortSignal.timeout(2_000) }).then(
          (answer) => answer.text(),
          () => '',
        );
        if (/^relay_leader 1$/m.test(metrics)) return name;
      }
      return undefined;
    });
  }

  /** A statement of the cluster's administrator, past every proxy. */
  async asAdmin<R extends pg.QueryResultRow>(
    sql: string,
    values: readonly unknown[] = [],
    database = 'postgres',
  ): Promise<R[]> {
    const url = new URL(this.shop.adminUrl);
    url.pathname = `/${database}`;
    const client = new pg.Client({ connectionString: url.href, connectionTimeoutMillis: 5_000 });
    client.on('error', () => undefined); // the query under way rejects with it
    try {
      await client.connect();
      return (await client.query<R>(sql, [...values])).rows;
    } finally {
      await client.end();
    }
  }
}
