import { Findings, type Violation, type ViolationKind } from '../invariants/section.js';

export interface SeenViolation extends Violation {
  /** The time of its first report. */
  readonly at: string;
}

/** The findings of many rounds. A repeated violation counts once. */
export class UniqueFindings extends Findings {
  readonly #seen = new Map<string, SeenViolation>();

  constructor(private readonly log: (line: string) => void) {
    super();
  }

  override report(what: string, ids: Readonly<Record<string, string>>, kind?: ViolationKind): void {
    const name = JSON.stringify([what, ids]);
    if (this.#seen.has(name)) return;
    this.#seen.set(name, { what, ids, ...(kind === undefined ? {} : { kind }), at: new Date().toISOString() });
    this.log(
      `the watch found: ${what}  ${Object.entries(ids)
        .map(([of, id]) => `${of}=${id}`)
        .join(' ')}`,
    );
  }

  get violations(): readonly SeenViolation[] {
    return [...this.#seen.values()];
  }
}
