import { temporaryProblem } from './problem.js';

/** What may be open at the same time. */
export interface PlaceLimits {
  readonly perPerson: number;
  readonly total: number;
  /** `event streams` */
  readonly what: string;
}

const retryAfterSeconds = 5;

/** Counts what each person has open, and what the process has open altogether. */
export class Places {
  readonly #taken = new Map<string, number>();
  #total = 0;

  constructor(private readonly limits: PlaceLimits) {}

  get total(): number {
    return this.#total;
  }

  /** Takes a place until the returned function is called. Throws a 429 problem for a person with too many, 503 if there is none left. */
  take(person: string): () => void {
    const { perPerson, total, what } = this.limits;
    const own = this.#taken.get(person) ?? 0;
    if (own >= perPerson)
      throw temporaryProblem(429, 'too-many-open', `you have ${own} ${what}: end one of them first`, retryAfterSeconds);
    if (this.#total >= total)
      throw temporaryProblem(503, 'unavailable', `there are too many ${what} at the moment`, retryAfterSeconds);
    this.#taken.set(person, own + 1);
    this.#total++;
    let isTaken = true;
    return () => {
      if (isTaken) this.#free(person);
      isTaken = false;
    };
  }

  #free(person: string): void {
    this.#total--;
    const left = (this.#taken.get(person) ?? 0) - 1;
    if (left > 0) this.#taken.set(person, left);
    else this.#taken.delete(person);
  }
}
