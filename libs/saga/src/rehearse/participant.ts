export type Answer = 'success' | 'failure' | 'compensated';

/**
 * A participant that keeps its contract: a command takes effect once, a repeat gets the same reply, and a command that arrives
 * after its compensation is never executed.
 */
export class Participant {
  done = false;
  compensated = false;
  #closed = false;

  constructor(private readonly fails: boolean) {}

  /** Undefined where the compensation came first: there is no reply then. */
  command(): Answer | undefined {
    if (this.#closed) return undefined;
    if (this.fails) return 'failure';
    this.done = true;
    return 'success';
  }

  compensate(): Answer {
    this.#closed = true;
    this.compensated ||= this.done;
    return 'compensated';
  }
}
