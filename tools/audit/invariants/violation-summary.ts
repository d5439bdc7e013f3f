import type { Section, Violation, ViolationKind } from './section.js';

/** How many cases the violations come to, for a table of faults. An order that is lost in three ways is one lost case. */
export interface ViolationSummary {
  /** Accepted or published, and missing. */
  readonly lost: number;
  /** Present, paid or published twice. */
  readonly doubled: number;
  /** Not ended at rest, although it does not wait for an operator. */
  readonly stuck: number;
  /** Every other violation: records disagree. */
  readonly wrong: number;
}

export function summarizeViolations(sections: readonly Pick<Section, 'violations'>[]): ViolationSummary {
  const all = sections.flatMap(({ violations }) => violations);
  const cases = (of: ViolationKind): number => new Set(all.filter(({ kind }) => kind === of).map(caseOf)).size;
  return {
    lost: cases('lost'),
    doubled: cases('doubled'),
    stuck: cases('stuck'),
    wrong: all.filter(({ kind }) => kind === undefined).length,
  };
}

/** Its order; the key of a topic that a saga uses is an order's id as well. */
const caseOf = ({ ids }: Violation): string => ids['order'] ?? ids['key'] ?? JSON.stringify(ids);
