import { connect, createServer, type Server, type Socket } from 'node:net';
import { freePorts } from '../../../tools/platform/process/ports.js';
import { Conditions, type Bandwidth, type Directed, type Latency, type Slicing } from './conditions.js';
import { kafkaProtocol, type KafkaDrops } from './kafka-protocol.js';
import { ActiveFaults, type ActiveFault, type NetworkFault } from './network-fault.js';
import type { RandomSource } from './occurrences.js';
import { postgresProtocol, type PostgresDrops } from './postgres-protocol.js';
import { bytes, type Protocol } from './protocol.js';
import { ProxiedConnection, type End } from './proxied-connection.js';
import { resetConnection } from './reset-connection.js';

/** The messages that can be dropped, by protocol. */
export interface DropsOf {
  readonly kafka: KafkaDrops;
  readonly postgres: PostgresDrops;
  readonly bytes: object;
}
export type ProtocolName = keyof DropsOf;

export interface ProxyOptions<P extends ProtocolName> {
  readonly name: string;
  readonly target: { readonly host: string; readonly port: number };
  /** Default: a free port. */
  readonly port?: number;
  readonly protocol: P;
  /** For probabilities and jitter. The same seed gives the same faults as far as the connections come in the same order. */
  readonly random: RandomSource;
}

const protocols: {
  readonly [P in ProtocolName]: (faults: ActiveFaults, random: RandomSource) => Protocol<DropsOf[P]>;
} = { kafka: kafkaProtocol, postgres: postgresProtocol, bytes };

/**
 * A TCP proxy on loopback whose network can be broken. Faults are started and healed while connections are open, several at a time,
 * and each counts its hits; `heal` ends them all.
 */
export class Proxy<P extends ProtocolName = ProtocolName> {
  readonly name: string;
  /** Drops messages of the protocol, for instance `drop.responses({ api: 'produce', occurrences: { every: 100 }, how: 'reset' })`. */
  readonly drop: DropsOf[P];
  readonly #faults = new ActiveFaults();
  readonly #conditions: Conditions;
  readonly #protocol: Protocol<DropsOf[P]>;
  readonly #connections = new Set<ProxiedConnection>();
  #refused: ActiveFault | undefined;

  private constructor(
    private readonly options: ProxyOptions<P>,
    readonly port: number,
    private readonly server: Server,
  ) {
    this.name = options.name;
    this.#conditions = new Conditions(this.#faults, options.random);
    this.#protocol = protocols[options.protocol](this.#faults, options.random);
    this.drop = this.#protocol.drop;
    server.on('connection', (client) => this.#accept(client));
  }

  static async open<P extends ProtocolName>(options: ProxyOptions<P>): Promise<Proxy<P>> {
    const port = options.port ?? ((await freePorts(1)) as [number])[0];
    const server = createServer({ allowHalfOpen: true, noDelay: true });
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
    return new Proxy(options, port, server);
  }

  /** The number of open connections. */
  get connections(): number {
    return this.#connections.size;
  }

  /** Delays everything. A hit is a delayed unit. */
  latency(settings: Latency): NetworkFault {
    return this.#conditions.latency(settings);
  }

  /** Writes everything in small pieces. A hit is a piece. */
  slicing(settings: Slicing): NetworkFault {
    return this.#conditions.slicing(settings);
  }

  /** Limits the bandwidth. A hit is a piece. */
  bandwidth(settings: Bandwidth): NetworkFault {
    return this.#conditions.bandwidth(settings);
  }

  /** Connections stay open and new ones are accepted, but nothing is forwarded until it is healed. A hit is a unit held back. */
  blackHole(settings: Directed = {}): NetworkFault {
    return this.#conditions.blackHole(settings);
  }

  /** Resets all open connections, once. */
  reset(): NetworkFault {
    const fault = this.#faults.start('connections reset');
    fault.hit(this.#connections.size);
    for (const connection of this.#connections) connection.reset();
    fault.heal();
    return fault;
  }

  /** Resets new connections at once; open ones are not affected. A hit is a refused connection. */
  refuse(): NetworkFault {
    this.#refused?.heal();
    const fault = this.#faults.start('connections refused', () => (this.#refused = undefined));
    this.#refused = fault;
    return fault;
  }

  /** Resets one end of every open connection; the other end is reset when it is healed. A hit is a connection. */
  halfOpen({ gone }: { readonly gone: End }): NetworkFault {
    const resets = [...this.#connections].map((connection) => connection.resetEnd(gone));
    const fault = this.#faults.start(`half-open, the ${gone} gone`, () => resets.forEach((reset) => reset()));
    fault.hit(resets.length);
    return fault;
  }

  /** Ends all faults and returns the sum of their hits. */
  heal(): number {
    return this.#faults.heal();
  }

  async close(): Promise<void> {
    this.heal();
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    for (const connection of this.#connections) connection.reset();
    await closed;
  }

  #accept(client: Socket): void {
    if (this.#refused) {
      this.#refused.hit();
      resetConnection(client);
      return;
    }
    const server = connect({ ...this.options.target, allowHalfOpen: true, noDelay: true });
    const connection = new ProxiedConnection(client, server, this.#protocol.inspector(), this.#conditions, () =>
      this.#connections.delete(connection),
    );
    this.#connections.add(connection);
  }
}
