/** A network fault that was started. */
export interface NetworkFault {
  readonly what: string;
  /** How often it took effect. */
  readonly hits: number;
  /** Ends it and returns `hits`. A second call changes nothing. */
  heal(): number;
}

export class ActiveFault implements NetworkFault {
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

/** The active faults of one proxy. */
export class ActiveFaults {
  readonly #active = new Set<ActiveFault>();

  /** `end` is called when the fault is healed. */
  start(what: string, end: () => void = () => undefined): ActiveFault {
    const fault = new ActiveFault(what, (healed) => {
      this.#active.delete(healed);
      end();
    });
    this.#active.add(fault);
    return fault;
  }

  /** Ends all faults and returns the sum of their hits. */
  heal(): number {
    return [...this.#active].reduce((hits, fault) => hits + fault.heal(), 0);
  }
}
