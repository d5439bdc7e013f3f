import { Proxy } from './proxy.js';
import type { Fraction } from './which.js';

/** The network of one shop: a proxy before its PostgreSQL and one before each of its brokers. */
export class Network {
  #postgres: Proxy<'postgres'> | undefined;
  readonly #kafkas: Proxy<'kafka'>[] = [];

  constructor(private readonly chance: Fraction) {}

  /** For the option of the same name of `startShop`. */
  readonly between = async (name: string, port: number): Promise<number> => {
    const about = { name, target: { host: '127.0.0.1', port }, chance: this.chance };
    if (name === 'postgres') return (this.#postgres = await Proxy.open({ ...about, speaks: 'postgres' })).port;
    const proxy = await Proxy.open({ ...about, speaks: 'kafka' });
    this.#kafkas.push(proxy);
    return proxy.port;
  };

  get postgres(): Proxy<'postgres'> {
    if (!this.#postgres) throw new Error('no PostgreSQL has asked for its place in this network yet');
    return this.#postgres;
  }

  /** `kafka`, `kafka-2`, `kafka-3`, as far as they have asked for their place. */
  get kafkas(): readonly Proxy<'kafka'>[] {
    return this.#kafkas.toSorted((a, b) => a.name.localeCompare(b.name));
  }

  get all(): readonly Proxy[] {
    return [...(this.#postgres ? [this.#postgres] : []), ...this.kafkas];
  }

  /** Ends every fault, and tells how often they have struck in all. */
  heal(): number {
    return this.all.reduce((hits, proxy) => hits + proxy.heal(), 0);
  }

  async close(): Promise<void> {
    await Promise.all(this.all.map((proxy) => proxy.close()));
  }
}
