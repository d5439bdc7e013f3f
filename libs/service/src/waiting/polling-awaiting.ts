import type { Timers } from '@tradewind/kernel';
import { Awaiting, type Probe } from './awaiting.js';
import { Poll } from './poll.js';

export interface Changed {
  readonly table: string;
  readonly key: string;
}

/** `onCommitted` calls back after each commit in this process with what it changed. */
export class PollingAwaiting extends Awaiting {
  readonly #polls = new Map<string, Poll<unknown>>();
  #ended = false;

  constructor(
    private readonly timers: Timers,
    onCommitted: (listener: (changes: readonly Changed[]) => void) => void,
  ) {
    super();
    onCommitted((changes) => this.#wake(changes));
  }

  until<T>(kind: string, key: string, probe: Probe<T>, wanted: number): Promise<T | undefined> {
    const milliseconds = this.#ended ? 0 : wanted;
    const running = this.#polls.get(kind) as Poll<T> | undefined;
    if (running) return running.wait(key, milliseconds);
    const poll = new Poll(this.timers, probe, () => this.#polls.delete(kind));
    this.#polls.set(kind, poll as Poll<unknown>);
    return poll.wait(key, milliseconds);
  }

  /** At shutdown: nobody waits any longer, and who comes now gets one look. */
  end(): void {
    this.#ended = true;
    for (const poll of [...this.#polls.values()]) poll.end();
  }

  #wake(changes: readonly Changed[]): void {
    for (const [kind, poll] of this.#polls) {
      const table = kind.split('/', 1)[0];
      for (const change of changes) if (change.table === table) poll.wake(change.key);
    }
  }
}
