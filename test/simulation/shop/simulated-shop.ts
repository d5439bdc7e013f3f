import type { Simulation, SimulatedDatabase, SimulatedKafka, SimulatedProcess } from '@tradewind/testing/simulated';
import { contracts, topics } from '@tradewind/contracts';
import type { Log } from '@tradewind/messaging';
import { InProcessProvider } from '../../../apps/payment/src/provider/in-process-provider.js';
import { answerWithin } from '../../../apps/payment/src/domain/payment.js';
import type { ServiceName } from './services.js';
import { startService, type Ports, type RunningService } from './start-service.js';
import { ProviderBook } from './provider-book.js';
import { ProviderLine } from './provider-line.js';

/** Milliseconds after which a supervisor starts a process anew that died by itself. */
const restart = 1_000;

/** Changes the ports of a process before it starts on them: how a fault is planted in the program itself. */
export type Tamper = (ports: Ports, of: { readonly service: ServiceName; readonly life: SimulatedProcess }) => Ports;

interface Living {
  readonly life: SimulatedProcess;
  service?: RunningService;
  /** How long it stays away once it is dead, where that was planned. */
  downFor?: number;
}

/** The services' processes, their databases, one broker and one provider, in one simulation. */
export class SimulatedShop {
  readonly databases: Readonly<Record<ServiceName, SimulatedDatabase>>;
  readonly kafka: SimulatedKafka;
  readonly book: ProviderBook;
  /** What no process should ever come to. */
  readonly troubles: string[] = [];
  /** By their names, those that commands can be sent to. */
  readonly #processes = new Map<string, Living>();
  readonly #lives = new Set<SimulatedProcess>();
  /** Counts how often everything was closed: what was to be started again before is not. */
  #openings = 0;

  constructor(
    readonly simulation: Simulation,
    private readonly log: Log,
    private readonly tamper: Tamper,
  ) {
    const database = (name: ServiceName): SimulatedDatabase => simulation.database(name, { unique });
    this.databases = {
      product: database('product'),
      cart: database('cart'),
      order: database('order'),
      payment: database('payment'),
    };
    this.kafka = simulation.kafka();
    for (const topic of topicsOfShop) this.kafka.create(topic);
    const { world } = simulation.process('provider');
    this.book = new ProviderBook(new InProcessProvider({ timers: world.timers, answerWithin, slow: 3_000 }));
  }

  /** Everything that lives, dies, and nothing comes up again but what is started anew. */
  close(): void {
    this.#openings++;
    for (const life of [...this.#lives]) life.crash();
  }

  /** Starts a process; whenever it dies, a supervisor starts it anew. */
  start(service: ServiceName, process: number): void {
    const name = `${service}-${process}`;
    const life = this.simulation.process(name);
    const living: Living = { life };
    this.#lives.add(life);
    this.#processes.set(name, living);
    const opening = this.#openings;
    // It may die over the very first call.
    life.onEnd(() => {
      this.#lives.delete(life);
      if (this.#processes.get(name) === living) this.#processes.delete(name);
      this.simulation.after(living.downFor ?? restart, `start ${name}`, () => {
        if (opening === this.#openings) this.start(service, process);
      });
    });
    const ports = this.tamper(
      {
        store: life.store(this.databases[service]),
        kafka: life.kafka(this.kafka),
        world: life.world,
        provider: new ProviderLine(life, this.book),
      },
      { service, life },
    );
    living.service = startService(service, ports, { log: this.log, onFatal: () => life.crash() });
  }

  /** As kill -9; true where there was something to kill. */
  crash(service: ServiceName, process: number, downFor: number): boolean {
    const living = this.#processes.get(`${service}-${process}`);
    if (!living) return false;
    living.downFor = downFor;
    living.life.crash();
    return true;
  }

  /** As SIGSTOP. */
  pause(service: ServiceName, process: number): SimulatedProcess | undefined {
    const life = this.#processes.get(`${service}-${process}`)?.life;
    life?.pause();
    return life;
  }

  /** As a deploy: SIGTERM, then SIGKILL to what has not ended within the grace, and another process in its place. Commands go to it no more. */
  replace(service: ServiceName, process: number, grace: number): boolean {
    const name = `${service}-${process}`;
    const living = this.#processes.get(name);
    if (!living?.service) return false;
    this.#processes.delete(name);
    living.service.stop().then(
      () => living.life.crash(),
      (error: unknown) => this.troubles.push(`${name} could not stop: ${String(error)}`),
    );
    this.simulation.after(grace, `${name} had its grace`, () => living.life.crash());
    living.downFor = 0;
    return true;
  }

  /** Those that commands can be sent to. One that is paused, or dying over something, still takes them: nobody knows. */
  running = (name: ServiceName): RunningService[] =>
    [...this.#processes.values()].flatMap(({ service }) => (service?.name === name ? [service] : []));
}

/** What the migrations demand of rows besides their primary keys. Their checks are left out: the simulation has its own. */
const unique = [
  { table: 'products', name: 'sku_taken', of: ['sku'] },
  { table: 'payments', name: 'payment_id_single', of: ['paymentId'] },
];

/** Every topic that one of the services reads or writes. */
export const topicsOfShop = [...contracts.topics, ...Object.values(topics)].filter(
  (topic, at, all) => all.findIndex(({ name }) => name === topic.name) === at,
);
