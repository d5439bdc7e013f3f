import type { Timers } from '@tradewind/kernel';
import { RowWaiter, type Probe, type WaitOptions } from './row-waiter.js';
import { Poll } from './poll.js';

export interface ChangedRow {
  readonly table: string;
  readonly key: string;
}

/** `onCommitted` calls its listener after each commit in this process, with the changed rows. */
export class PollingRowWaiter extends RowWaiter {
  readonly #polls = new Map<string, Poll<unknown>>();
  #stopped = false;

  constructor(
    private readonly timers: Timers,
    onCommitted: (listener: (changes: readonly ChangedRow[]) => void) => void,
  ) {
    super();
    onCommitted((changes) => this.#wake(changes));
  }

  waitFor<T>(
    kind: string,
    key: string,
    probe: Probe<T>,
    requestedMs: number,
    options: WaitOptions<T> = {},
  ): Promise<T | undefined> {
    const timeoutMs = this.#stopped ? 0 : requestedMs;
    const running = this.#polls.get(kind) as Poll<T> | undefined;
    if (running) return running.wait(key, timeoutMs, options);
    const poll = new Poll(this.timers, probe, () => this.#polls.delete(kind));
    this.#polls.set(kind, poll as Poll<unknown>);
    return poll.wait(key, timeoutMs, options);
  }

  /** For shutdown: settles all waiters; a later call gets one probe. */
  stop(): void {
    this.#stopped = true;
    for (const poll of [...this.#polls.values()]) poll.stop();
  }

  #wake(changes: readonly ChangedRow[]): void {
    for (const [kind, poll] of this.#polls) {
      const table = kind.split('/', 1)[0];
      for (const change of changes) if (change.table === table) poll.wake(change.key);
    }
  }
}
