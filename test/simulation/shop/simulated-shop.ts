import type { Simulation, SimulatedDatabase, SimulatedKafka, SimulatedProcess } from '@tradewind/simulation';
import { contracts, topics } from '@tradewind/contracts';
import type { Log } from '@tradewind/messaging/internals';
import { InProcessProvider } from '../../../apps/payment/src/provider/in-process-provider.js';
import { answerTimeoutMs } from '../../../apps/payment/src/domain/payment.js';
import { serviceParts } from '../../services/index.js';
import { perSimulated, type SimulatedService } from '../scenario/simulated-services.js';
import { ProviderClient } from './provider-client.js';
import { RecordedProvider } from './recorded-provider.js';
import { startService, type RunningService, type ServicePorts } from './start-service.js';

/** Milliseconds after which a supervisor restarts a crashed process. */
const restartDelay = 1_000;

/** Replaces the ports of a process before it starts: this is how a bug is planted. */
export type DecoratePorts = (
  ports: ServicePorts,
  of: { readonly service: SimulatedService; readonly process: SimulatedProcess },
) => ServicePorts;

interface ServiceProcess {
  readonly process: SimulatedProcess;
  service?: RunningService;
  /** Milliseconds until the restart, when it is not the default. */
  restartDelay?: number;
}

/** The processes of the services, their databases, one broker and one payment provider, in one simulation. */
export class SimulatedShop {
  readonly databases: Readonly<Record<SimulatedService, SimulatedDatabase>>;
  readonly kafka: SimulatedKafka;
  readonly provider: RecordedProvider;
  /** Errors that no process may have. */
  readonly errors: string[] = [];
  /** Processes that take commands, by name. */
  readonly #processes = new Map<string, ServiceProcess>();
  readonly #alive = new Set<SimulatedProcess>();
  /** Number of `close` calls: a restart that was scheduled before the last one is skipped. */
  #closeCount = 0;

  constructor(
    readonly simulation: Simulation,
    private readonly log: Log,
    private readonly decoratePorts: DecoratePorts,
  ) {
    this.databases = perSimulated((name) =>
      simulation.database(name, { unique: serviceParts[name].simulation?.unique ?? [] }),
    );
    this.kafka = simulation.kafka();
    for (const topic of topicsOfShop) this.kafka.createTopic(topic);
    const { timers } = simulation.process('provider').runtimePorts;
    this.provider = new RecordedProvider(new InProcessProvider({ timers, answerTimeoutMs, slowMs: 3_000 }));
  }

  /** Crashes all processes and restarts none. */
  close(): void {
    this.#closeCount++;
    for (const process of [...this.#alive]) process.crash();
  }

  /** Starts a process. After every crash a supervisor restarts it. */
  start(service: SimulatedService, index: number): void {
    const name = `${service}-${index}`;
    const process = this.simulation.process(name);
    const serviceProcess: ServiceProcess = { process };
    this.#alive.add(process);
    this.#processes.set(name, serviceProcess);
    const closeCount = this.#closeCount;
    // Subscribed before the start: the process may crash in its first call.
    process.onCrash(() => {
      this.#alive.delete(process);
      if (this.#processes.get(name) === serviceProcess) this.#processes.delete(name);
      this.simulation.after(serviceProcess.restartDelay ?? restartDelay, `start ${name}`, () => {
        if (closeCount === this.#closeCount) this.start(service, index);
      });
    });
    const ports = this.decoratePorts(
      {
        store: process.store(this.databases[service]),
        kafka: process.kafka(this.kafka),
        ports: process.runtimePorts,
        provider: new ProviderClient(process, this.provider),
      },
      { service, process },
    );
    serviceProcess.service = startService(service, ports, { log: this.log, onFatal: () => process.crash() });
  }

  /** Kills a process (kill -9); false when it does not run. */
  crash(service: SimulatedService, index: number, downMs: number): boolean {
    const found = this.#processes.get(`${service}-${index}`);
    if (!found) return false;
    found.restartDelay = downMs;
    found.process.crash();
    return true;
  }

  /** Pauses a process (SIGSTOP). */
  pause(service: SimulatedService, index: number): SimulatedProcess | undefined {
    const process = this.#processes.get(`${service}-${index}`)?.process;
    process?.pause();
    return process;
  }

  /** Replaces a process as a deployment does: no new commands, SIGTERM, SIGKILL after the grace period, then a new process. */
  replace(service: SimulatedService, index: number, gracePeriodMs: number): boolean {
    const name = `${service}-${index}`;
    const found = this.#processes.get(name);
    if (!found?.service) return false;
    this.#processes.delete(name);
    found.service.stop().then(
      () => found.process.crash(),
      (error: unknown) => this.errors.push(`${name} could not stop: ${String(error)}`),
    );
    this.simulation.after(gracePeriodMs, `end of the grace period of ${name}`, () => found.process.crash());
    found.restartDelay = 0;
    return true;
  }

  /** The processes that take commands, including paused ones: their clients do not know it. */
  running = (name: SimulatedService): RunningService[] =>
    [...this.#processes.values()].flatMap(({ service }) => (service?.name === name ? [service] : []));
}

/** Every topic that one of the services reads or writes. */
export const topicsOfShop = [...contracts.topics, ...Object.values(topics)].filter(
  (topic, at, all) => all.findIndex(({ name }) => name === topic.name) === at,
);
