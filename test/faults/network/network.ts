import type { RandomSource } from './occurrences.js';
import { Proxy } from './proxy.js';

/** The network of one shop: a proxy before its PostgreSQL and one before each of its brokers. */
export class Network {
  #postgres: Proxy<'postgres'> | undefined;
  readonly #kafkas: Proxy<'kafka'>[] = [];

  constructor(private readonly random: RandomSource) {}

  /** For the option `proxyPort` of `startShop`. */
  readonly proxyPort = async (name: string, port: number): Promise<number> => {
    const options = { name, target: { host: '127.0.0.1', port }, random: this.random };
    if (name === 'postgres') return (this.#postgres = await Proxy.open({ ...options, protocol: 'postgres' })).port;
    const proxy = await Proxy.open({ ...options, protocol: 'kafka' });
    this.#kafkas.push(proxy);
    return proxy.port;
  };

  get postgres(): Proxy<'postgres'> {
    if (!this.#postgres) throw new Error('this network has no proxy for PostgreSQL yet');
    return this.#postgres;
  }

  /** `kafka`, `kafka-2`, `kafka-3`: the proxies opened so far. */
  get kafkas(): readonly Proxy<'kafka'>[] {
    return this.#kafkas.toSorted((a, b) => a.name.localeCompare(b.name));
  }

  get all(): readonly Proxy[] {
    return [...(this.#postgres ? [this.#postgres] : []), ...this.kafkas];
  }

  /** Ends all faults and returns the sum of their hits. */
  heal(): number {
    return this.all.reduce((hits, proxy) => hits + proxy.heal(), 0);
  }

  async close(): Promise<void> {
    await Promise.all(this.all.map((proxy) => proxy.close()));
  }
}
