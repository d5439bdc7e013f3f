import type { Meaning, Section, Violation } from './section.js';

/** What the violations come to, for a table of faults: cases, not sentences. One order that is lost in three ways is lost once. */
export interface Toll {
  /** Accepted or said, and not there or not told. */
  readonly lost: number;
  /** There twice, taken twice, said twice. */
  readonly doubled: number;
  /** Without its end at rest, although nobody holds it. */
  readonly stuck: number;
  /** Every other violation: the books disagree. */
  readonly wrong: number;
}

/** Each check says with a violation what it means (`Meaning`); what says nothing is wrong. */
export function tollOf(sections: readonly Pick<Section, 'violations'>[]): Toll {
  const all = sections.flatMap(({ violations }) => violations);
  const cases = (meaning: Meaning): number => new Set(all.filter(({ means }) => means === meaning).map(caseOf)).size;
  return {
    lost: cases('lost'),
    doubled: cases('doubled'),
    stuck: cases('stuck'),
    wrong: all.filter(({ means }) => means === undefined).length,
  };
}

/** The order where it is one's; a key of the topics that a saga touches is an order too. */
const caseOf = ({ ids }: Violation): string => ids['order'] ?? ids['key'] ?? JSON.stringify(ids);
