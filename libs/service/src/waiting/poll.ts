import type { Cancel, Timers } from '@tradewind/kernel';
import type { Probe, WaitOptions } from './row-waiter.js';

const intervalMs = 100;

interface Waiter<T> {
  readonly settle: (found: T | undefined) => void;
  readonly fail: (error: Error) => void;
  readonly isWanted: (found: T) => boolean;
  /** A waiter gets at least one probe, even with a timeout of 0. */
  probed: boolean;
  timedOut: boolean;
}

/** The waiters of one kind. One probe at a time reads all keys that are due; waiters that arrive during a probe share the next. */
export class Poll<T> {
  readonly #waiting = new Map<string, Set<Waiter<T>>>();
  readonly #due = new Set<string>();
  #probing = false;
  #cancelTick: Cancel | undefined;

  constructor(
    private readonly timers: Timers,
    private readonly probe: Probe<T>,
    private readonly onEmpty: () => void,
  ) {}

  wait(key: string, timeoutMs: number, { until = () => true, signal }: WaitOptions<T>): Promise<T | undefined> {
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        cancelTimeout();
        signal?.removeEventListener('abort', abort);
        const others = this.#waiting.get(key);
        others?.delete(waiter);
        if (others?.size === 0) this.#waiting.delete(key);
        this.#scheduleTick();
      };
      const waiter: Waiter<T> = {
        settle: (found) => (leave(), resolve(found)),
        fail: (error) => (leave(), reject(error)),
        isWanted: until,
        probed: false,
        timedOut: false,
      };
      const abort = (): void => waiter.settle(undefined);
      const cancelTimeout = this.timers.after(timeoutMs, () => {
        waiter.timedOut = true;
        if (waiter.probed) waiter.settle(undefined);
      });
      this.#waiting.set(key, (this.#waiting.get(key) ?? new Set()).add(waiter));
      if (signal?.aborted) return abort();
      signal?.addEventListener('abort', abort);
      this.wake(key);
    });
  }

  /** Probes the key at once if it has waiters. */
  wake(key: string): void {
    if (!this.#waiting.has(key)) return;
    this.#due.add(key);
    void this.#run();
  }

  /** Settles every waiter with undefined. */
  stop(): void {
    for (const key of [...this.#waiting.keys()]) for (const waiter of this.#waitersOf(key)) waiter.settle(undefined);
  }

  #waitersOf(key: string): readonly Waiter<T>[] {
    return [...(this.#waiting.get(key) ?? [])];
  }

  async #run(): Promise<void> {
    if (this.#probing) return;
    this.#probing = true;
    while (this.#due.size > 0) {
      const keys = [...this.#due].filter((key) => this.#waiting.has(key));
      this.#due.clear();
      if (keys.length > 0) await this.#probeKeys(keys);
    }
    this.#probing = false;
    this.#scheduleTick();
  }

  async #probeKeys(keys: string[]): Promise<void> {
    const waiters = keys.flatMap((key) => this.#waitersOf(key).map((waiter) => ({ key, waiter })));
    try {
      const found = await this.probe(keys);
      for (const { key, waiter } of waiters) {
        waiter.probed = true;
        const value = found.get(key);
        const isWanted = value !== undefined && waiter.isWanted(value);
        if (isWanted || waiter.timedOut) waiter.settle(isWanted ? value : undefined);
      }
    } catch (error) {
      const failure = error instanceof Error ? error : new Error(String(error));
      for (const { waiter } of waiters) waiter.fail(failure);
    }
  }

  /** Schedules the next tick while there are waiters; otherwise reports that the poll is empty. */
  #scheduleTick(): void {
    if (this.#waiting.size === 0) {
      this.#cancelTick?.();
      this.#cancelTick = undefined;
      if (!this.#probing) this.onEmpty();
      return;
    }
    this.#cancelTick ??= this.timers.after(intervalMs, () => {
      this.#cancelTick = undefined;
      for (const key of this.#waiting.keys()) this.#due.add(key);
      void this.#run();
    });
  }
}
