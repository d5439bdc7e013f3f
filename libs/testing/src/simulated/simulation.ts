import { Chance } from './chance.js';
import { SimulatedDatabase, type DatabaseOptions } from './database/simulated-database.js';
import { EventQueue, type SimulatedEvent } from './event-queue.js';
import type { FateOf } from './fate.js';
import { SimulatedKafka, type KafkaOptions } from './kafka/simulated-kafka.js';
import { SimulatedProcess, type ProcessOptions } from './simulated-process.js';
import { Trace } from './trace.js';

/** Events after which the machine's own loop gets a turn. */
const breath = 4_096;

export interface SimulationOptions {
  /** Where the clock begins. */
  readonly startsAt?: Date;
  /** Decides over every call of every process; default: all proceed. */
  readonly fateOf?: FateOf;
  /** Gets every event as a line. */
  readonly onTrace?: (line: string) => void;
}

/**
 * A world of which one seed decides everything: how long each call takes, which of several comes first, whom a group gives a
 * partition. Nothing in it knows the real clock, so hours pass in moments, and a seed replays bit for bit: same `traceHash`.
 *
 *     const simulation = new Simulation(7, { fateOf });
 *     const database = simulation.database('orders'), kafka = simulation.kafka();
 *     const life = simulation.process('order');
 *     new Relay(life.store(database), life.kafka(kafka), topics, 'order', life.world, log).start();
 *     await simulation.run(60_000);
 */
export class Simulation {
  readonly chance: Chance;
  readonly #queue = new EventQueue();
  readonly #trace: Trace;
  readonly #startsAt: number;
  readonly #lives = new Map<string, number>();
  #now = 0;
  #events = 0;
  #running = false;
  #background = false;

  constructor(
    readonly seed: number | string,
    readonly options: SimulationOptions = {},
  ) {
    this.chance = new Chance(`simulation ${seed}`);
    this.#trace = new Trace(options.onTrace);
    this.#startsAt = options.startsAt?.getTime() ?? Date.UTC(2026, 0, 1);
  }

  database(name: string, options: DatabaseOptions = {}): SimulatedDatabase {
    return new SimulatedDatabase(this, name, options);
  }

  kafka(options: KafkaOptions = {}): SimulatedKafka {
    return new SimulatedKafka(this, options);
  }

  /** A new life of the process with that name: what is started again after a crash is another life. */
  process(name: string, options: ProcessOptions = {}): SimulatedProcess {
    const life = (this.#lives.get(name) ?? 0) + 1;
    this.#lives.set(name, life);
    return new SimulatedProcess(this, name, life, options);
  }

  /** Milliseconds since 1970. */
  get now(): number {
    return this.#startsAt + Math.floor(this.#now / 1_000);
  }

  /** The same to the microsecond: the clock of databases. */
  get instant(): number {
    return this.#startsAt + this.#now / 1_000;
  }

  /** Milliseconds since the simulation began. */
  get elapsed(): number {
    return this.#now / 1_000;
  }

  get events(): number {
    return this.#events;
  }

  /** Of every event so far: what shows that a seed was replayed. */
  get traceHash(): string {
    return this.#trace.hash;
  }

  /** Lets something happen at the outside: a fault, a visitor. */
  after(milliseconds: number, what: string, run: () => void): () => void {
    return this.later(Math.round(milliseconds * 1_000), 'driver', what, run);
  }

  /** The parts' own way: in that many microseconds. */
  later(microseconds: number, who: string, what: string, run: () => void, about = ''): () => void {
    const event: SimulatedEvent = {
      at: this.#now + microseconds,
      tie: this.chance.uint32(),
      who,
      what,
      about,
      run,
      cancelled: false,
    };
    this.#queue.add(event);
    if (this.#background && !this.#running) this.#runOut();
    return () => void (event.cancelled = true);
  }

  /** Microseconds that something takes on its way: a fraction of a millisecond, now and then much more. */
  latency(): number {
    return this.chance.happens(0.97) ? this.chance.between(30, 600) : this.chance.between(600, 20_000);
  }

  note(text: string): void {
    this.#trace.note(this.#now, text);
  }

  /** Lets that much time pass. Rejects with what an event throws. */
  async run(milliseconds: number): Promise<void> {
    const end = this.#now + Math.round(milliseconds * 1_000);
    await this.#drain(() => (this.#queue.peek()?.at ?? Infinity) > end);
    this.#now = Math.max(this.#now, end);
  }

  /** Runs until something is so; rejects when it is not within that time. Asked after every event, so it must be cheap. */
  async until(condition: () => boolean, within = 600_000): Promise<void> {
    const end = this.#now + within * 1_000;
    await this.#drain(() => condition() || (this.#queue.peek()?.at ?? Infinity) > end);
    if (!condition())
      throw new Error(
        `seed ${this.seed}: not so within ${within} ms, at ${this.elapsed} ms, after ${this.#events} events`,
      );
  }

  /** Runs until a promise is settled, and gives what it gives. */
  async settled<T>(promise: Promise<T>, within = 600_000): Promise<T> {
    let over = false;
    const end = (): void => void (over = true);
    promise.then(end, end);
    await this.until(() => over, within);
    return promise;
  }

  /**
   * From now on the simulation runs by itself whenever something is to happen: for suites that wait with a clock of their own.
   * What such a suite does comes at times that no seed decides.
   */
  runInBackground(): void {
    this.#background = true;
    this.#runOut();
  }

  #runOut(): void {
    this.#running = true;
    setImmediate(() => {
      this.#drain(() => this.#queue.peek() === undefined).then(
        () => {
          if (!this.#running && this.#queue.peek() !== undefined) this.#runOut();
        },
        (error: unknown) => {
          throw error;
        },
      );
    });
  }

  /** One event after another; between two, whatever follows from the first runs dry: a tick that a microtask asks for comes after the last microtask. */
  async #drain(over: () => boolean): Promise<void> {
    this.#running = true;
    try {
      await new Promise<void>((resolve, reject) => {
        const step = (): void => {
          try {
            if (over()) return resolve();
            const event = this.#queue.take();
            if (!event) return resolve();
            this.#happen(event);
          } catch (error) {
            return reject(error instanceof Error ? error : new Error(String(error)));
          }
          if (this.#events % breath === 0) setImmediate(step);
          else queueMicrotask(() => process.nextTick(step));
        };
        process.nextTick(step);
      });
    } finally {
      this.#running = false;
    }
  }

  #happen(event: SimulatedEvent): void {
    if (event.cancelled) return;
    this.#now = Math.max(this.#now, event.at);
    this.#events++;
    this.#trace.step(event.at, event.who, event.what, event.about);
    event.run();
  }
}
