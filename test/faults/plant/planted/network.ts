import { chanceOf } from '../../../../tools/shop/retail/chance.js';
import { Proxy } from '../../network/proxy.js';

/** A proxy between the services and Kafka; PostgreSQL is reached as ever. */
export class Network {
  #kafka: Proxy<'kafka'> | undefined;

  constructor(private readonly seed: number) {}

  readonly between = async (name: string, port: number): Promise<number> => {
    if (name !== 'kafka') return port;
    this.#kafka = await Proxy.open({ name, target: { host: '127.0.0.1', port }, speaks: 'kafka', chance: chanceOf(this.seed, 'network') });
    return this.#kafka.port;
  };

  get kafka(): Proxy<'kafka'> | undefined {
    return this.#kafka;
  }

  async close(): Promise<void> {
    await this.#kafka?.close();
  }
}
