import { setTimeout as pause } from 'node:timers/promises';
import type { Exit } from './launch.js';

/** Something that runs until it ends by itself, is killed, or is stopped. */
export interface Keepable {
  readonly pid: number;
  readonly exited: Promise<Exit>;
  signal(signal: NodeJS.Signals): void;
  stop(): Promise<unknown>;
}

export interface Patience {
  readonly firstDelayMs: number;
  readonly longestDelayMs: number;
  /** What ran this long had a good start: the next delay is the first one again. */
  readonly steadyAfterMs: number;
}

const usual: Patience = { firstDelayMs: 250, longestDelayMs: 15_000, steadyAfterMs: 30_000 };

/**
 * Keeps one thing running: starts it again when it ends unasked, with a delay that doubles while it keeps ending. `open` is
 * given a signal that tells it to give up, for what is stopped while it still starts.
 */
export class Keeper {
  restarts = 0;
  #running: Keepable | undefined;
  #life: Promise<void> | undefined;
  #stopping = new AbortController();

  constructor(
    readonly name: string,
    private readonly open: (givingUp: AbortSignal) => Promise<Keepable>,
    private readonly say: (line: string) => void,
    private readonly patience: Patience = usual,
  ) {}

  get pid(): number | undefined {
    return this.#running?.pid;
  }

  /** Passes a signal on to what runs; throws while nothing does. */
  signal(signal: NodeJS.Signals): void {
    if (!this.#running) throw new Error(`${this.name} is not running`);
    this.#running.signal(signal);
    if (signal === 'SIGKILL') this.#running = undefined; // nothing survives that, though the news takes a moment
  }

  /** Resolves when it runs, or runs again. Rejects when the very first attempt does; from then on it is kept running until `stop`. */
  async start(): Promise<void> {
    if (this.#life) return this.#again();
    const stopping = (this.#stopping = new AbortController()).signal;
    const first = this.open(stopping);
    this.#life = first.then(
      (running) => this.#keep(running, stopping),
      () => void (this.#life = undefined), // whoever called `start` is told
    );
    await first;
  }

  /** Ends it and leaves it ended, until `start`. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running?.stop();
    await this.#life;
    this.#life = undefined;
  }

  async #again(): Promise<void> {
    while (this.#life && !this.#running) await pause(20);
  }

  async #keep(first: Keepable, stopping: AbortSignal): Promise<void> {
    let current: Keepable | undefined = first;
    let delay = this.patience.firstDelayMs;
    this.#running = first;
    if (stopping.aborted) await first.stop();
    while (!stopping.aborted) {
      const since = Date.now();
      let how = 'could not be started';
      if (current) {
        const exit = await current.exited;
        this.#running = undefined;
        how = `ended (${exit.signal ?? `exit code ${exit.code}`})`;
      }
      if (stopping.aborted) return;
      if (current && Date.now() - since >= this.patience.steadyAfterMs) delay = this.patience.firstDelayMs;
      this.say(`${this.name} ${how}; it is started again in ${delay / 1000} s`);
      await pause(delay, undefined, { signal: stopping }).catch(() => undefined); // stopped while it waited
      if (stopping.aborted) return;
      delay = Math.min(delay * 2, this.patience.longestDelayMs);
      this.restarts += 1;
      current = await this.#reopen(stopping);
      if (stopping.aborted) await current?.stop();
    }
    this.#running = undefined;
  }

  async #reopen(stopping: AbortSignal): Promise<Keepable | undefined> {
    try {
      const started = await this.open(stopping);
      this.#running = started;
      return started;
    } catch (error) {
      if (stopping.aborted) return undefined;
      this.say(`${this.name}: ${(error as Error).message}`);
      return undefined;
    }
  }
}
