/** Everybody who could wait is waiting already. */
export class NoTurnLeft extends Error {
  override readonly name = 'NoTurnLeft';
}

/** Lets so many run at once and so many wait, first come, first served; one more is refused at once. */
export class Turns {
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(
    private readonly atOnce: number,
    private readonly mostWaiting: number,
  ) {}

  async take<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running < this.atOnce) this.#running++;
    else if (this.#waiting.length < this.mostWaiting) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else throw new NoTurnLeft(`${this.mostWaiting} are waiting already`);
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      // a turn is handed over, so nobody who comes in between gets it twice
      if (next) next();
      else this.#running--;
    }
  }
}
