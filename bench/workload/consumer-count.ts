import { send } from '../environment/program.js';

/** What a consumer has done; times are milliseconds of its own clock. */
export interface ConsumerCount {
  /** Messages that were decided, and transactions that were committed. */
  readonly decided: number;
  readonly transactions: number;
  readonly firstAt: number;
  readonly lastAt: number;
  /** Messages of the first transaction: its work lies before the measured time. */
  readonly inFirst: number;
}

/** What a consumer sends: `started` when its first transaction is committed, and its count as an answer to any message. */
export type ConsumerMessage = 'ready' | 'started' | ConsumerCount;

/** Counts in the process of a consumer. */
export class ConsumerCounter {
  readonly #count = { decided: 0, transactions: 0, firstAt: Number.NaN, lastAt: Number.NaN, inFirst: 0 };

  constructor() {
    process.on('message', () => send({ ...this.#count }));
  }

  decided(): void {
    this.#count.decided++;
  }

  /** `messages`: of the first transaction, when more are running. */
  committed(messages = this.#count.decided): void {
    const now = performance.now();
    this.#count.lastAt = now;
    if (this.#count.transactions++ > 0) return;
    Object.assign(this.#count, { firstAt: now, inFirst: messages });
    send('started');
  }
}
