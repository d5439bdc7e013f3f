/**
 * What a violation means for the buyer. `lost`: something was accepted or said and is not there. `doubled`: it is there, or
 * had its effect, more than once. `stuck`: it was begun and has not come to its end.
 */
export type Meaning = 'lost' | 'doubled' | 'stuck';

/** Something that must not be: a sentence, and the ids by which it is found again. */
export interface Violation {
  readonly what: string;
  readonly ids: Readonly<Record<string, string>>;
  /** Left out where the books are simply wrong. */
  readonly means?: Meaning;
}

/** What became of one invariant. */
export interface Section {
  readonly id: 'G1' | 'G2' | 'G3' | 'G4' | 'G5' | 'G6' | 'G7' | 'G9' | 'G12';
  readonly title: string;
  /** How much was looked at: a check that has seen nothing proves nothing. */
  readonly counted: Readonly<Record<string, number>>;
  readonly violations: readonly Violation[];
}

/** Gathers one section. */
export class Findings {
  readonly #counted: Record<string, number> = {};
  readonly #violations: Violation[] = [];

  count(what: string, by = 1): void {
    this.#counted[what] = (this.#counted[what] ?? 0) + by;
  }

  report(what: string, ids: Readonly<Record<string, string>>, means?: Meaning): void {
    this.#violations.push({ what, ids, ...(means === undefined ? {} : { means }) });
  }

  get counted(): Readonly<Record<string, number>> {
    return { ...this.#counted };
  }

  section(id: Section['id'], title: string): Section {
    return { id, title, counted: this.#counted, violations: this.#violations };
  }
}
