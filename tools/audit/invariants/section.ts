/**
 * What a violation means for the buyer. `lost`: something was accepted or published and is not there. `doubled`: it is there, or had
 * its effect, more than once. `stuck`: it was begun and has not ended.
 */
export type ViolationKind = 'lost' | 'doubled' | 'stuck';

/** A broken invariant: a sentence, and the ids to find it by. */
export interface Violation {
  readonly what: string;
  readonly ids: Readonly<Record<string, string>>;
  /** Left out where records only disagree. */
  readonly kind?: ViolationKind;
}

/** The number of a guarantee in docs/guarantees.md. */
export type SectionId = `G${number}`;

/** Sums of money and pieces are bigints: they are exact above 2^53 too. In JSON they are texts. */
export type Counts = Readonly<Record<string, number | bigint>>;

/** The result of one invariant. */
export interface Section {
  readonly id: SectionId;
  readonly title: string;
  /** How much was checked: a check that has read nothing proves nothing. */
  readonly counted: Counts;
  readonly violations: readonly Violation[];
}

/** Collects the results of one section. */
export class Findings {
  readonly #counted: Record<string, number | bigint> = {};
  readonly #violations: Violation[] = [];

  /** Counts of one name are either all numbers or all bigints. */
  count(what: string, by: number | bigint = 1): void {
    const before = this.#counted[what] ?? (typeof by === 'bigint' ? 0n : 0);
    this.#counted[what] = typeof by === 'bigint' ? (before as bigint) + by : (before as number) + by;
  }

  report(what: string, ids: Readonly<Record<string, string>>, kind?: ViolationKind): void {
    this.#violations.push({ what, ids, ...(kind === undefined ? {} : { kind }) });
  }

  get counted(): Counts {
    return { ...this.#counted };
  }

  section(id: SectionId, title: string): Section {
    return { id, title, counted: this.#counted, violations: this.#violations };
  }
}
