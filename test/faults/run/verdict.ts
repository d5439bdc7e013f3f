import { summarizeViolations, type AuditReport, type Violation } from '../../../tools/audit/index.js';
import type { Fault, Result } from '../environment/fault.js';

type Counts = Pick<Result, 'lost' | 'doubled' | 'stuck' | 'repeats' | 'violations'>;

const textOf = ({ what, ids }: Violation): string =>
  `${what}  ${Object.entries(ids)
    .map(([name, of]) => `${name}=${of}`)
    .join(' ')}`.trimEnd();

/** Collects the violations of one fault. `known`: violations of earlier faults, which do not count again. */
export class Verdict {
  readonly #violations: string[] = [];
  readonly #found: Violation[] = [];
  readonly #expected = new Set<RegExp>();
  #repeats = 0;

  constructor(
    private readonly fault: Fault,
    private readonly known: Set<string>,
  ) {}

  /** Adds a violation. Always returns false. */
  fail(what: string): false {
    this.#violations.push(what);
    return false;
  }

  /** Adds violations, except known ones and those that the fault is expected to cause. */
  addViolations(where: string, violations: readonly Violation[]): void {
    for (const violation of violations) {
      const text = `${where} ${textOf(violation)}`;
      if (this.known.has(text)) continue;
      this.known.add(text);
      const { leaves = [], mayLeave = [] } = this.fault;
      const expected = [...leaves, ...mayLeave].find((pattern) => pattern.test(violation.what));
      if (expected) this.#expected.add(expected);
      else {
        this.#violations.push(text);
        this.#found.push(violation);
      }
    }
  }

  addAudit(report: AuditReport): void {
    for (const { id, counted, violations } of report.sections) {
      if (id === 'G5') this.#repeats = Number(counted['repeats'] ?? 0);
      this.addViolations(id, violations);
    }
    for (const { what, order } of report.waiting) this.fail(`waits for an operator: ${order ?? ''} ${what}`);
    for (const remark of report.remarks) this.fail(`the audit could not decide: ${remark}`);
    for (const pattern of this.fault.leaves ?? [])
      if (!this.#expected.has(pattern)) this.fail(`an expected violation is missing: ${String(pattern)}`);
  }

  result(): Counts {
    const { lost, doubled, stuck } = summarizeViolations([{ violations: this.#found }]);
    return { lost, doubled, stuck, repeats: this.#repeats, violations: this.#violations };
  }
}
