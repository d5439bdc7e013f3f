/** A fault that has been switched on. */
export interface Fault {
  readonly what: string;
  /** How often it has struck. */
  readonly hits: number;
  /** Ends it, and tells how often it has struck. Once is enough; again does nothing. */
  heal(): number;
}

export class ActiveFault implements Fault {
  hits = 0;
  #active = true;

  constructor(
    readonly what: string,
    private readonly end: (fault: ActiveFault) => void,
  ) {}

  get active(): boolean {
    return this.#active;
  }

  hit(times = 1): void {
    this.hits += times;
  }

  heal(): number {
    if (this.#active) {
      this.#active = false;
      this.end(this);
    }
    return this.hits;
  }
}

/** All that is switched on at one place. */
export class Faults {
  readonly #active = new Set<ActiveFault>();

  /** `end` undoes it. */
  begin(what: string, end: () => void = () => undefined): ActiveFault {
    const fault = new ActiveFault(what, (healed) => {
      this.#active.delete(healed);
      end();
    });
    this.#active.add(fault);
    return fault;
  }

  /** Ends everything, and tells how often it has struck in all. */
  heal(): number {
    return [...this.#active].reduce((hits, fault) => hits + fault.heal(), 0);
  }
}
