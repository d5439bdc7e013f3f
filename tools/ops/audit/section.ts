/** Something that must not be: a sentence, and the ids by which it is found again. */
export interface Violation {
  readonly what: string;
  readonly ids: Readonly<Record<string, string>>;
}

/** What became of one invariant. */
export interface Section {
  readonly id: 'G1' | 'G2' | 'G3' | 'G4' | 'G5' | 'G6';
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

  report(what: string, ids: Readonly<Record<string, string>>): void {
    this.#violations.push({ what, ids });
  }

  section(id: Section['id'], title: string): Section {
    return { id, title, counted: this.#counted, violations: this.#violations };
  }
}
