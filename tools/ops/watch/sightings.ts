import { Findings, type Meaning, type Violation } from '../audit/section.js';

export interface SeenViolation extends Violation {
  /** When it was seen first. */
  readonly at: string;
}

/** What many looks have found: the same wrong thing, seen again, is one. */
export class Sightings extends Findings {
  readonly #seen = new Map<string, SeenViolation>();

  constructor(private readonly log: (line: string) => void) {
    super();
  }

  override report(what: string, ids: Readonly<Record<string, string>>, means?: Meaning): void {
    const name = JSON.stringify([what, ids]);
    if (this.#seen.has(name)) return;
    this.#seen.set(name, { what, ids, ...(means === undefined ? {} : { means }), at: new Date().toISOString() });
    this.log(
      `the watch has seen: ${what}  ${Object.entries(ids)
        .map(([of, id]) => `${of}=${id}`)
        .join(' ')}`,
    );
  }

  get violations(): readonly SeenViolation[] {
    return [...this.#seen.values()];
  }
}
