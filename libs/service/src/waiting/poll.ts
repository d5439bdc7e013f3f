import type { Cancel, Timers } from '@tradewind/kernel';
import type { Probe } from './awaiting.js';

const everyMilliseconds = 100;

interface Waiter<T> {
  readonly settle: (found: T | undefined) => void;
  readonly fail: (error: Error) => void;
  /** Whoever waits gets at least one look, however short the time. */
  looked: boolean;
  late: boolean;
}

/** All who wait for one kind of thing: one probe at a time, for all keys that are due; who comes meanwhile shares the next. */
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

  wait(key: string, milliseconds: number): Promise<T | undefined> {
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        cancelDeadline();
        const others = this.#waiting.get(key);
        others?.delete(waiter);
        if (others?.size === 0) this.#waiting.delete(key);
        this.#rest();
      };
      const waiter: Waiter<T> = {
        settle: (found) => (leave(), resolve(found)),
        fail: (error) => (leave(), reject(error)),
        looked: false,
        late: false,
      };
      const cancelDeadline = this.timers.after(milliseconds, () => {
        waiter.late = true;
        if (waiter.looked) waiter.settle(undefined);
      });
      this.#waiting.set(key, (this.#waiting.get(key) ?? new Set()).add(waiter));
      this.wake(key);
    });
  }

  /** Looks for the key at once, if anybody waits for it. */
  wake(key: string): void {
    if (!this.#waiting.has(key)) return;
    this.#due.add(key);
    void this.#run();
  }

  /** Nobody waits any longer: everybody is told that there is nothing. */
  end(): void {
    for (const key of [...this.#waiting.keys()]) for (const waiter of this.#of(key)) waiter.settle(undefined);
  }

  #of(key: string): readonly Waiter<T>[] {
    return [...(this.#waiting.get(key) ?? [])];
  }

  async #run(): Promise<void> {
    if (this.#probing) return;
    this.#probing = true;
    while (this.#due.size > 0) {
      const keys = [...this.#due].filter((key) => this.#waiting.has(key));
      this.#due.clear();
      if (keys.length > 0) await this.#look(keys);
    }
    this.#probing = false;
    this.#rest();
  }

  async #look(keys: string[]): Promise<void> {
    const asking = keys.flatMap((key) => this.#of(key).map((waiter) => ({ key, waiter })));
    try {
      const found = await this.probe(keys);
      for (const { key, waiter } of asking) {
        waiter.looked = true;
        if (found.has(key) || waiter.late) waiter.settle(found.get(key));
      }
    } catch (error) {
      const failure = error instanceof Error ? error : new Error(String(error));
      for (const { waiter } of asking) waiter.fail(failure);
    }
  }

  /** Sets the next tick while somebody waits; says when nobody does. */
  #rest(): void {
    if (this.#waiting.size === 0) {
      this.#cancelTick?.();
      this.#cancelTick = undefined;
      if (!this.#probing) this.onEmpty();
      return;
    }
    this.#cancelTick ??= this.timers.after(everyMilliseconds, () => {
      this.#cancelTick = undefined;
      for (const key of this.#waiting.keys()) this.#due.add(key);
      void this.#run();
    });
  }
}
