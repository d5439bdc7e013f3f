import { connect, createServer, type Server, type Socket } from 'node:net';
import { freePorts } from '../../../tools/platform/process/ports.js';
import { breakOff } from './break-off.js';
import { Conditions, type Bandwidth, type Latency, type OneWay, type Slicing } from './conditions.js';
import { Faults, type ActiveFault, type Fault } from './fault.js';
import { kafkaLanguage, type KafkaLosses } from './kafka-language.js';
import { bytes, type Language } from './language.js';
import { Link, type End } from './link.js';
import { postgresLanguage, type PostgresLosses } from './postgres-language.js';
import type { Fraction } from './which.js';

/** What can be lost by name, by the protocol that a proxy speaks. */
export interface LossesOf {
  readonly kafka: KafkaLosses;
  readonly postgres: PostgresLosses;
  readonly bytes: object;
}
export type Speech = keyof LossesOf;

export interface ProxyPlan<S extends Speech> {
  readonly name: string;
  readonly target: { readonly host: string; readonly port: number };
  /** A free one where nothing is said. */
  readonly port?: number;
  readonly speaks: S;
  /** What is struck by probability, and jitter: repeated by its seed as far as the connections come in the same order. */
  readonly chance: Fraction;
}

const languages: { readonly [S in Speech]: (faults: Faults, chance: Fraction) => Language<LossesOf[S]> } = {
  kafka: kafkaLanguage,
  postgres: postgresLanguage,
  bytes,
};

/**
 * A server's address on loopback whose network can be broken. Every fault may be switched on and off while connections
 * live, several at a time, and counts how often it has struck; `heal` ends them all.
 */
export class Proxy<S extends Speech = Speech> {
  readonly name: string;
  /** What of the protocol can be lost, for instance `lose.answers({ api: 'produce', which: { every: 100 }, how: 'reset' })`. */
  readonly lose: LossesOf[S];
  readonly #faults = new Faults();
  readonly #conditions: Conditions;
  readonly #language: Language<LossesOf[S]>;
  readonly #links = new Set<Link>();
  #refusing: ActiveFault | undefined;

  private constructor(
    private readonly plan: ProxyPlan<S>,
    readonly port: number,
    private readonly server: Server,
  ) {
    this.name = plan.name;
    this.#conditions = new Conditions(this.#faults, plan.chance);
    this.#language = languages[plan.speaks](this.#faults, plan.chance);
    this.lose = this.#language.lose;
    server.on('connection', (client) => this.#accept(client));
  }

  static async open<S extends Speech>(plan: ProxyPlan<S>): Promise<Proxy<S>> {
    const port = plan.port ?? ((await freePorts(1)) as [number])[0];
    const server = createServer({ allowHalfOpen: true, noDelay: true });
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
    return new Proxy(plan, port, server);
  }

  /** Connections that live at the moment. */
  get connections(): number {
    return this.#links.size;
  }

  /** What is said later arrives later. Counts units delayed. */
  latency(settings: Latency): Fault {
    return this.#conditions.latency(settings);
  }

  /** Everything arrives in small pieces. Counts pieces. */
  slicing(settings: Slicing): Fault {
    return this.#conditions.slicing(settings);
  }

  /** Everything takes the longer the bigger it is. Counts pieces. */
  bandwidth(settings: Bandwidth): Fault {
    return this.#conditions.bandwidth(settings);
  }

  /** Connections stay and new ones are accepted, but nothing arrives until it is healed; then everything does. Counts what was held. */
  blackHole(settings: OneWay = {}): Fault {
    return this.#conditions.blackHole(settings);
  }

  /** Cuts every connection that lives, now. There is nothing to heal. */
  reset(): Fault {
    const fault = this.#faults.begin('connections reset');
    fault.hit(this.#links.size);
    for (const link of this.#links) link.reset();
    fault.heal();
    return fault;
  }

  /** New connections are reset as soon as they are made; those that live go on. Counts the refused. */
  refuse(): Fault {
    this.#refusing?.heal();
    const fault = this.#faults.begin('connections refused', () => (this.#refusing = undefined));
    this.#refusing = fault;
    return fault;
  }

  /** One end of every connection that lives is cut off, and the other is not told until it is healed. Counts connections. */
  halfOpen({ gone }: { readonly gone: End }): Fault {
    const tell = [...this.#links].map((link) => link.lose(gone));
    const fault = this.#faults.begin(`half-open, the ${gone} gone`, () => tell.forEach((now) => now()));
    fault.hit(tell.length);
    return fault;
  }

  /** Ends every fault, and tells how often they have struck in all. */
  heal(): number {
    return this.#faults.heal();
  }

  /** Cuts what lives, and is gone. */
  async close(): Promise<void> {
    this.heal();
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    for (const link of this.#links) link.reset();
    await closed;
  }

  #accept(client: Socket): void {
    if (this.#refusing) {
      this.#refusing.hit();
      breakOff(client);
      return;
    }
    const server = connect({ ...this.plan.target, allowHalfOpen: true, noDelay: true });
    const link = new Link(client, server, this.#language.converse(), this.#conditions, () => this.#links.delete(link));
    this.#links.add(link);
  }
}
