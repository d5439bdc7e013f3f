/** What a consumer tells of itself; times are milliseconds of its own clock. */
export interface Tally {
  /** Messages that were decided, and transactions that were committed. */
  readonly decided: number;
  readonly transactions: number;
  readonly firstAt: number;
  readonly lastAt: number;
  /** Messages of the first transaction: its work lies before the time that is measured. */
  readonly inFirst: number;
}

/** What a consumer tells: that it has begun (its first transaction is committed), and how far it is whenever it is asked. */
export type Told = 'ready' | 'begun' | Tally;

/** Counts in a consumer under measurement, and answers whoever has started it. */
export class Counting {
  #decided = 0;
  #transactions = 0;
  #firstAt = Number.NaN;
  #lastAt = Number.NaN;
  #inFirst = 0;

  constructor() {
    process.on('message', () =>
      this.#tell({
        decided: this.#decided,
        transactions: this.#transactions,
        firstAt: this.#firstAt,
        lastAt: this.#lastAt,
        inFirst: this.#inFirst,
      }),
    );
  }

  decided(): void {
    this.#decided++;
  }

  /** `messages`: of the first transaction, where more are under way. */
  committed(messages = this.#decided): void {
    this.#lastAt = performance.now();
    if (this.#transactions++ > 0) return;
    this.#firstAt = this.#lastAt;
    this.#inFirst = messages;
    this.#tell('begun');
  }

  #tell(told: Told): void {
    process.send?.(told);
  }
}
