import { setTimeout as pause } from 'node:timers/promises';
import type { Exit } from './launch.js';

/** A process that runs until it ends by itself, is killed, or is stopped. */
export interface SupervisedProcess {
  readonly pid: number;
  readonly exited: Promise<Exit>;
  /** Whether its start was complete at any time. */
  served(): boolean;
  signal(signal: NodeJS.Signals): void;
  stop(): Promise<unknown>;
}

export interface RestartPolicy {
  readonly initialDelayMs: number;
  readonly maxDelayMs: number;
}

const defaultPolicy: RestartPolicy = { initialDelayMs: 100, maxDelayMs: 5_000 };

/** Milliseconds before a restart. It doubles with each process that ended before it served; `failures`: how many of these came last. */
export const restartDelay = ({ initialDelayMs, maxDelayMs }: RestartPolicy, failures: number): number =>
  Math.min(initialDelayMs * 2 ** failures, maxDelayMs);

/**
 * Keeps one process running: restarts it when it ends unexpectedly, with a delay that doubles while it ends before it serves.
 * `startProcess` receives a signal that aborts the start when the supervisor is stopped meanwhile.
 */
export class Supervisor {
  restarts = 0;
  #running: SupervisedProcess | undefined;
  #supervision: Promise<void> | undefined;
  #stopping = new AbortController();

  constructor(
    readonly name: string,
    private readonly startProcess: (stopping: AbortSignal) => Promise<SupervisedProcess>,
    private readonly log: (line: string) => void,
    private readonly policy: RestartPolicy = defaultPolicy,
  ) {}

  get pid(): number | undefined {
    return this.#running?.pid;
  }

  /** Sends a signal to the process; throws when it is not running. */
  signal(signal: NodeJS.Signals): void {
    if (!this.#running) throw new Error(`${this.name} is not running`);
    this.#running.signal(signal);
    if (signal === 'SIGKILL') this.#running = undefined; // the process is gone, although its exit event comes a moment later
  }

  /** Resolves when the process runs, or runs again. Rejects when the first start fails; after that, it is restarted until `stop`. */
  async start(): Promise<void> {
    if (this.#supervision) return this.#untilRunning();
    const stopping = (this.#stopping = new AbortController()).signal;
    const first = this.startProcess(stopping);
    this.#supervision = first.then(
      (running) => this.#supervise(running, stopping),
      () => void (this.#supervision = undefined), // the caller of `start` gets the error
    );
    await first;
  }

  /** Stops the process; it stays stopped until `start`. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running?.stop();
    await this.#supervision;
    this.#supervision = undefined;
  }

  async #untilRunning(): Promise<void> {
    while (this.#supervision && !this.#running) await pause(20);
  }

  async #supervise(first: SupervisedProcess, stopping: AbortSignal): Promise<void> {
    let current: SupervisedProcess | undefined = first;
    let failures = 0;
    this.#running = first;
    if (stopping.aborted) await first.stop();
    while (!stopping.aborted) {
      let how = 'could not be started';
      if (current) {
        const exit = await current.exited;
        this.#running = undefined;
        how = `ended (${exit.signal ?? `exit code ${exit.code}`})`;
      }
      if (stopping.aborted) return;
      failures = current?.served() ? 0 : failures + 1;
      const delay = restartDelay(this.policy, failures);
      this.log(`${this.name} ${how}; it is restarted in ${delay / 1000} s`);
      await pause(delay, undefined, { signal: stopping }).catch(() => undefined); // rejects when stopped during the delay
      if (stopping.aborted) return;
      this.restarts += 1;
      current = await this.#restart(stopping);
      if (stopping.aborted) await current?.stop();
    }
    this.#running = undefined;
  }

  async #restart(stopping: AbortSignal): Promise<SupervisedProcess | undefined> {
    try {
      const started = await this.startProcess(stopping);
      this.#running = started;
      return started;
    } catch (error) {
      if (stopping.aborted) return undefined;
      this.log(`${this.name}: ${(error as Error).message}`);
      return undefined;
    }
  }
}
