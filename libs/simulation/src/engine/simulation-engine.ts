import { EventQueue, type SimulatedEvent } from './event-queue.js';
import { SeededRandom } from './seeded-random.js';
import { Trace } from './trace.js';

/** Number of events after which the real event loop of Node gets a turn. */
const eventsPerTurn = 4_096;

export interface EngineOptions {
  /** The virtual time at the start. */
  readonly startsAt?: Date;
  /** Gets every event as a line of text. */
  readonly onTrace?: (line: string) => void;
}

/** Runs events in virtual time, one after another. The seed decides every delay and the order of simultaneous events. */
export class SimulationEngine {
  readonly random: SeededRandom;
  readonly #queue = new EventQueue();
  readonly #trace: Trace;
  readonly #startsAt: number;
  /** Microseconds since the start. */
  #now = 0;
  #events = 0;
  #running = false;
  #background = false;

  constructor(
    readonly seed: number | string,
    { startsAt, onTrace }: EngineOptions = {},
  ) {
    this.random = new SeededRandom(`simulation ${seed}`);
    this.#trace = new Trace(onTrace);
    this.#startsAt = startsAt?.getTime() ?? Date.UTC(2026, 0, 1);
  }

  /** Virtual time, milliseconds since 1970. */
  get now(): number {
    return this.#startsAt + Math.floor(this.#now / 1_000);
  }

  /** The same with microseconds as a fraction: the clock of the databases. */
  get preciseNow(): number {
    return this.#startsAt + this.#now / 1_000;
  }

  /** Milliseconds since the start. */
  get elapsed(): number {
    return this.#now / 1_000;
  }

  /** Number of events so far. */
  get events(): number {
    return this.#events;
  }

  /** Hash of every event so far: equal for two runs of one seed. */
  get traceHash(): string {
    return this.#trace.hash;
  }

  /** Schedules an action of the test: a fault, a request. Returns a function that cancels it. */
  after(milliseconds: number, name: string, run: () => void): () => void {
    return this.schedule(Math.round(milliseconds * 1_000), 'test', name, run);
  }

  /** Schedules an event in that many microseconds. Returns a function that cancels it. */
  schedule(microseconds: number, actor: string, name: string, run: () => void, detail = ''): () => void {
    const event: SimulatedEvent = {
      at: this.#now + microseconds,
      tieBreaker: this.random.uint32(),
      actor,
      name,
      detail,
      run,
      cancelled: false,
    };
    this.#queue.add(event);
    if (this.#background && !this.#running) this.#runInBackground();
    return () => void (event.cancelled = true);
  }

  /** Microseconds that a message needs over the network: mostly under 0.6 ms, in 3 % of the cases up to 20 ms. */
  latency(): number {
    return this.random.happens(0.97) ? this.random.between(30, 600) : this.random.between(600, 20_000);
  }

  /** Adds a text to the trace. */
  note(text: string): void {
    this.#trace.note(this.#now, text);
  }

  /** Lets virtual time pass. Rejects with the error that an event throws. */
  async run(milliseconds: number): Promise<void> {
    const end = this.#now + Math.round(milliseconds * 1_000);
    await this.#drain(() => (this.#queue.peek()?.at ?? Infinity) > end);
    this.#now = Math.max(this.#now, end);
  }

  /** Runs until the condition holds; rejects after the timeout. The condition is evaluated after every event, so it must be cheap. */
  async until(condition: () => boolean, timeoutMs = 600_000): Promise<void> {
    const end = this.#now + timeoutMs * 1_000;
    await this.#drain(() => condition() || (this.#queue.peek()?.at ?? Infinity) > end);
    if (!condition())
      throw new Error(
        `seed ${this.seed}: condition not met within ${timeoutMs} ms, at ${this.elapsed} ms, after ${this.#events} events`,
      );
  }

  /** Runs until the promise is settled, and returns its value. */
  async settled<T>(promise: Promise<T>, timeoutMs = 600_000): Promise<T> {
    let isSettled = false;
    const settle = (): void => void (isSettled = true);
    promise.then(settle, settle);
    await this.until(() => isSettled, timeoutMs);
    return promise;
  }

  /**
   * From now on the engine runs by itself whenever an event is scheduled. For test suites that wait on the real clock; the times
   * of their own calls are then not determined by the seed.
   */
  runInBackground(): void {
    this.#background = true;
    this.#runInBackground();
  }

  #runInBackground(): void {
    this.#running = true;
    setImmediate(() => {
      this.#drain(() => this.#queue.peek() === undefined).then(
        () => {
          if (!this.#running && this.#queue.peek() !== undefined) this.#runInBackground();
        },
        (error: unknown) => {
          throw error;
        },
      );
    });
  }

  /** Between two events all microtasks run to the end: a tick that is requested in a microtask comes after the last microtask. */
  async #drain(isOver: () => boolean): Promise<void> {
    this.#running = true;
    try {
      await new Promise<void>((resolve, reject) => {
        const step = (): void => {
          try {
            if (isOver()) return resolve();
            const event = this.#queue.take();
            if (!event) return resolve();
            this.#execute(event);
          } catch (error) {
            return reject(error instanceof Error ? error : new Error(String(error)));
          }
          if (this.#events % eventsPerTurn === 0) setImmediate(step);
          else queueMicrotask(() => process.nextTick(step));
        };
        process.nextTick(step);
      });
    } finally {
      this.#running = false;
    }
  }

  #execute(event: SimulatedEvent): void {
    if (event.cancelled) return;
    this.#now = Math.max(this.#now, event.at);
    this.#events++;
    this.#trace.event(event.at, event.actor, event.name, event.detail);
    event.run();
  }
}
