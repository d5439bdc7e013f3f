/** The maximum number of tasks is waiting. */
export class QueueFull extends Error {
  override readonly name = 'NoTurnLeft';
}

/** Limits the tasks that run and that wait. Tasks run in the order of their arrival; one beyond both limits is rejected. */
export class ConcurrencyLimit {
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(
    private readonly maxRunning: number,
    private readonly maxWaiting: number,
  ) {}

  async run<T>(task: () => Promise<T>): Promise<T> {
    if (this.#running < this.maxRunning) this.#running++;
    else if (this.#waiting.length < this.maxWaiting) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else throw new QueueFull(`${this.maxWaiting} are waiting already`);
    try {
      return await task();
    } finally {
      const next = this.#waiting.shift();
      // the slot is passed on without being freed, so that a task which arrives now can't take it as well
      if (next) next();
      else this.#running--;
    }
  }
}
