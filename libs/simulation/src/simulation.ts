import { SimulatedDatabase, type DatabaseOptions } from './database/simulated-database.js';
import { SimulationEngine, type EngineOptions } from './engine/simulation-engine.js';
import { SimulatedKafka, type KafkaOptions } from './kafka/simulated-kafka.js';
import type { OutcomeOf } from './process/call.js';
import type { ProcessOptions } from './process/process-core.js';
import { SimulatedProcess } from './simulated-process.js';

/** What a simulation does with calls, and what it reports. */
export interface SimulationOptions extends EngineOptions {
  /** Decides the outcome of every call of every process. Default: every call proceeds. */
  readonly outcomeOf?: OutcomeOf;
}

/**
 * Processes, databases and a broker in virtual time. One seed decides everything: how long each call takes, which of two events
 * comes first, which member of a group gets a partition. Hours pass in moments, and a seed repeats exactly: same `traceHash`.
 *
 *     const simulation = new Simulation(7, { outcomeOf });
 *     const database = simulation.database('orders'), kafka = simulation.kafka();
 *     const process = simulation.process('order');
 *     new Relay(process.store(database), process.kafka(kafka), topics, 'order', process.runtimePorts, log).start();
 *     await simulation.run(60_000);
 */
export class Simulation extends SimulationEngine {
  readonly #outcomeOf: OutcomeOf | undefined;
  readonly #startCounts = new Map<string, number>();

  constructor(seed: number | string, { outcomeOf, ...options }: SimulationOptions = {}) {
    super(seed, options);
    this.#outcomeOf = outcomeOf;
  }

  database(name: string, options: DatabaseOptions = {}): SimulatedDatabase {
    return new SimulatedDatabase(this, name, options);
  }

  kafka(options: KafkaOptions = {}): SimulatedKafka {
    return new SimulatedKafka(this, options);
  }

  /** Starts a process. After a crash, call it again with the same name: that is the restart. */
  process(name: string, options: ProcessOptions = {}): SimulatedProcess {
    const startCount = (this.#startCounts.get(name) ?? 0) + 1;
    this.#startCounts.set(name, startCount);
    return new SimulatedProcess(this, this.#outcomeOf, name, startCount, options);
  }
}
