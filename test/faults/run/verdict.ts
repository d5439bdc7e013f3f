import { tollOf } from '../../../tools/ops/audit/toll.js';
import type { AuditReport, Violation } from '../../../tools/ops/main.js';
import type { Fault, Result } from '../ground/fault.js';

type Judged = Pick<Result, 'lost' | 'doubled' | 'stuck' | 'repeats' | 'violations'>;

const textOf = ({ what, ids }: Violation): string =>
  `${what}  ${Object.entries(ids)
    .map(([name, of]) => `${name}=${of}`)
    .join(' ')}`.trimEnd();

/** Gathers what one fault is to blame for. `known` are violations that earlier faults have been blamed for, or that are their traces. */
export class Verdict {
  readonly #violations: string[] = [];
  readonly #found: Violation[] = [];
  readonly #traces = new Set<RegExp>();
  #repeats = 0;

  constructor(
    private readonly fault: Fault,
    private readonly known: Set<string>,
  ) {}

  /** Always false: healing, trading or looking did not come to its end. */
  blame(what: string): false {
    this.#violations.push(what);
    return false;
  }

  /** Violations of an audit or of a look, but for those that are known and for the trace that the fault leaves. */
  find(where: string, violations: readonly Violation[]): void {
    for (const violation of violations) {
      const text = `${where} ${textOf(violation)}`;
      if (this.known.has(text)) continue;
      this.known.add(text);
      const { leaves = [], mayLeave = [] } = this.fault;
      const trace = [...leaves, ...mayLeave].find((pattern) => pattern.test(violation.what));
      if (trace) this.#traces.add(trace);
      else {
        this.#violations.push(text);
        this.#found.push(violation);
      }
    }
  }

  hear(report: AuditReport): void {
    for (const { id, counted, violations } of report.sections) {
      if (id === 'G5') this.#repeats = counted['repeats'] ?? 0;
      this.find(id, violations);
    }
    for (const { what, order } of report.waiting) this.blame(`waits for an operator: ${order ?? ''} ${what}`);
    for (const remark of report.remarks) this.blame(`the audit could not judge: ${remark}`);
    for (const trace of this.fault.leaves ?? [])
      if (!this.#traces.has(trace))
        this.blame(`the fault left no trace of the kind ${String(trace)}: it may not have been played`);
  }

  result(): Judged {
    const { lost, doubled, stuck } = tollOf([{ violations: this.#found }]);
    return { lost, doubled, stuck, repeats: this.#repeats, violations: this.#violations };
  }
}
