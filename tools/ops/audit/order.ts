import { Findings, type Section } from './section.js';

export interface SeenRecord {
  readonly topic: string;
  readonly key: string;
  readonly partition: number;
  readonly offset: number;
  readonly id: string;
  readonly type: string;
  readonly sequence: number;
}

/** All records of one topic and key, in the order of partition and offset. */
export type KeyRecords = readonly SeenRecord[];

/** G6: a key stays in one partition, and without repeats its sequence there runs 1, 2, 3 … without gap or inversion. */
export function checkOrder(keys: Iterable<KeyRecords>): Section {
  const findings = new Findings();
  findings.count('keys', 0);
  findings.count('records', 0);
  for (const records of keys) {
    findings.count('keys');
    findings.count('records', records.length);
    const partitions = new Set(records.map(({ partition }) => partition));
    if (partitions.size > 1) findings.report(`a key in several partitions: ${[...partitions].join(', ')}`, idsOf(records[0]!));
    else walk(records, findings);
  }
  return findings.section('G6', 'order: every key runs 1, 2, 3 …');
}

function walk(records: KeyRecords, findings: Findings): void {
  const seen = new Map<string, number>();
  let last = 0;
  for (const record of records) {
    const { id, sequence } = record;
    const before = seen.get(id);
    if (before !== undefined) {
      if (before !== sequence) findings.report(`the same message with sequence ${before} and ${sequence}`, { ...idsOf(record), message: id });
      continue;
    }
    seen.set(id, sequence);
    if (sequence > last + 1) findings.report(`a gap: after ${last} comes ${sequence}`, { ...idsOf(record), message: id }, 'lost');
    if (sequence <= last) findings.report(`an inversion: after ${last} comes ${sequence}`, { ...idsOf(record), message: id });
    last = Math.max(last, sequence);
  }
}

const idsOf = ({ topic, key }: SeenRecord): Record<string, string> => ({ topic, key });
