import type { RuntimePorts } from '@tradewind/messaging/internals';
import type { SeededRandom } from '../engine/seeded-random.js';
import type { SimulationEngine } from '../engine/simulation-engine.js';
import type { CallOutcome, CallRequest, OutcomeOf } from './call.js';
import { simulatedRuntimePorts } from './runtime-ports.js';

/** How a process differs from the others. */
export interface ProcessOptions {
  /** Milliseconds that the clock of the process is ahead of virtual time. */
  readonly clockOffsetMs?: number;
  /** Size of its connection pool. */
  readonly connections?: number;
}

const never = <T>(): Promise<T> => new Promise(() => undefined);

/**
 * A process from its start to its crash. It reaches the outside through calls only. `crash` is a kill -9: no pending or later call
 * gets a response, so none of its code continues; what it has sent arrives. `pause` is a SIGSTOP: responses and timers wait for
 * `resume`, while virtual time goes on.
 */
export class ProcessCore {
  readonly runtimePorts: RuntimePorts;
  readonly random: SeededRandom;
  /** Its name in the trace: `order#2`. */
  readonly label: string;
  readonly #callCounts = new Map<string, Map<string, number>>();
  readonly #delayed: (() => void)[] = [];
  readonly #onCrash = new Set<() => void>();
  readonly #onPauseChange = new Set<(running: boolean) => void>();
  #state: 'running' | 'paused' | 'crashed' = 'running';

  constructor(
    readonly engine: SimulationEngine,
    private readonly outcomeOf: OutcomeOf | undefined,
    readonly name: string,
    readonly startCount: number,
    readonly options: ProcessOptions,
  ) {
    this.label = `${name}#${startCount}`;
    this.random = engine.random.fork(this.label);
    this.runtimePorts = simulatedRuntimePorts(this);
  }

  get alive(): boolean {
    return this.#state !== 'crashed';
  }

  get paused(): boolean {
    return this.#state === 'paused';
  }

  /** The clock of the process. */
  now = (): number => this.engine.now + (this.options.clockOffsetMs ?? 0);

  crash(): void {
    if (!this.alive) return;
    this.#state = 'crashed';
    this.#delayed.length = 0;
    this.engine.note(`${this.label} crashed`);
    for (const call of this.#onCrash) call();
  }

  pause(): void {
    if (this.#state !== 'running') return;
    this.#state = 'paused';
    for (const call of this.#onPauseChange) call(false);
  }

  /** Delivers what arrived during the pause, in the order of arrival. */
  resume(): void {
    if (this.#state !== 'paused') return;
    this.#state = 'running';
    this.#catchUp();
    for (const call of this.#onPauseChange) call(true);
  }

  /** Called at the crash, or at once when the process has crashed already. Returns a function that unsubscribes. */
  onCrash(call: () => void): () => void {
    if (this.alive) this.#onCrash.add(call);
    else call();
    return () => void this.#onCrash.delete(call);
  }

  /** Called with false when the process is paused and with true when it resumes. */
  onPauseChange(call: (running: boolean) => void): () => void {
    this.#onPauseChange.add(call);
    return () => void this.#onPauseChange.delete(call);
  }

  /** Calls back inside the process after that many microseconds: after `resume` when it is paused, never after a crash. */
  deliver(microseconds: number, name: string, run: () => void, detail = ''): () => void {
    let wanted = true;
    const arrive = (): void => {
      if (this.#state === 'running' && this.#delayed.length === 0) run();
      else if (this.alive) this.#delayed.push(() => wanted && run());
    };
    const cancel = this.engine.schedule(microseconds, this.label, name, arrive, detail);
    return () => {
      wanted = false;
      cancel();
    };
  }

  /** One delayed delivery an event; what arrives meanwhile is queued behind. */
  #catchUp(): void {
    if (this.#delayed.length === 0) return;
    this.engine.schedule(1, this.label, 'catches up', () => {
      if (this.#state !== 'running') return;
      this.#delayed.shift()?.();
      this.#catchUp();
    });
  }

  /**
   * Calls a peer: the request arrives after a latency, is applied, and the response arrives after another latency. The simulation's
   * `outcomeOf` may make the call fail or crash this process. Stores and Kafka clients are built on it; other clients can be too.
   */
  call<T>(request: CallRequest<T>): Promise<T> {
    if (!this.alive) return never();
    const outcome = this.#outcomeOf(request);
    if (outcome === 'crash-before') {
      this.crash();
      return never();
    }
    return new Promise((resolve, reject) => this.#send(request, outcome, resolve, reject));
  }

  #send<T>(
    { peer, operation, apply, applyPart, connectionError, onDisconnect }: CallRequest<T>,
    outcome: CallOutcome,
    resolve: (value: T) => void,
    reject: (error: Error) => void,
  ): void {
    const { engine } = this;
    const fail = (reason: string): void =>
      void this.deliver(engine.latency(), 'loses the connection', () => reject(connectionError(reason)), operation);
    if (outcome === 'fail-before') {
      engine.schedule(engine.latency(), peer, 'loses a client', () => onDisconnect?.(), this.label);
      return fail('the connection failed before the request was sent');
    }
    if (outcome === 'fail-then-apply') fail('the connection failed while the request was in transit');
    const respond = (response: () => void): void => {
      if (outcome === 'crash-after') return this.crash();
      if (outcome === 'proceed' || typeof outcome === 'object')
        return void this.deliver(engine.latency(), 'gets the response', response, operation);
      onDisconnect?.();
      if (outcome !== 'fail-then-apply') fail('the response was lost');
    };
    const extraDelay =
      typeof outcome === 'object'
        ? outcome.delayMs * 1_000
        : outcome === 'fail-then-apply'
          ? engine.random.between(1_000, 2_000_000)
          : 0;
    const arrive = (): void =>
      this.#apply(
        outcome === 'fail-partially' ? (applyPart ?? apply) : apply,
        (value) => respond(() => resolve(value)),
        (error) => respond(() => reject(error)),
      );
    engine.schedule(engine.latency() + extraDelay, peer, operation, arrive, this.label);
  }

  #apply<T>(apply: () => T | Promise<T>, onValue: (value: T) => void, onError: (error: Error) => void): void {
    let result: T | Promise<T>;
    try {
      result = apply();
    } catch (error) {
      return onError(error as Error);
    }
    if (result instanceof Promise) void result.then(onValue, onError);
    else onValue(result);
  }

  #outcomeOf({ peer, operation }: CallRequest<unknown>): CallOutcome {
    if (!this.outcomeOf) return 'proceed';
    let counts = this.#callCounts.get(peer);
    if (!counts) this.#callCounts.set(peer, (counts = new Map()));
    const count = (counts.get(operation) ?? 0) + 1;
    counts.set(operation, count);
    return this.outcomeOf({ process: this.name, startCount: this.startCount, peer, operation, count });
  }
}
