import { Findings, type Section } from './section.js';

export interface SeenRecord {
  readonly topic: string;
  readonly key: string;
  readonly partition: number;
  readonly offset: number;
  readonly id: string;
  readonly type: string;
  readonly sequence: number;
  /** Of a topic that has grown: where its former partitions ended, by partition. What lies before comes before this record. */
  readonly after: readonly number[];
}

/** All records of one topic and key, in the order of partition and offset. */
export type KeyRecords = readonly SeenRecord[];

/**
 * G6: a key stays in one partition, and without repeats its sequence there runs 1, 2, 3 … without gap or inversion. Where its topic has
 * grown it may go on in another: then each record says that it comes after the one before, wherever that lies.
 */
export function checkOrder(keys: Iterable<KeyRecords>): Section {
  const findings = new Findings();
  findings.count('keys', 0);
  findings.count('records', 0);
  for (const records of keys) {
    findings.count('keys');
    findings.count('records', records.length);
    const partitions = new Set(records.map(({ partition }) => partition));
    if (partitions.size === 1) walk(records, findings);
    else if (areLinked(records)) {
      findings.count('keys that moved when their topic grew');
      walk(
        records.toSorted(
          (one, other) =>
            sum(one.after) - sum(other.after) || one.partition - other.partition || one.offset - other.offset,
        ),
        findings,
      );
    } else findings.report(`a key in several partitions: ${[...partitions].join(', ')}`, idsOf(records[0]!));
  }
  return findings.section('G6', 'order: every key runs 1, 2, 3 …');
}

/** Whether each record is behind the one before in its own partition, or names an end of the other's that is behind that. */
function areLinked(records: KeyRecords): boolean {
  const bySequence = new Map<number, SeenRecord[]>();
  for (const record of records) bySequence.set(record.sequence, [...(bySequence.get(record.sequence) ?? []), record]);
  const isBehind = (record: SeenRecord, before: SeenRecord): boolean =>
    before.offset < (before.partition === record.partition ? record.offset : (record.after[before.partition] ?? 0));
  // Where there is none before, that is a gap, and told as one.
  return records.every(
    (record) => bySequence.get(record.sequence - 1)?.some((before) => isBehind(record, before)) ?? true,
  );
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);

function walk(records: KeyRecords, findings: Findings): void {
  const seen = new Map<string, number>();
  let last = 0;
  for (const record of records) {
    const { id, sequence } = record;
    const before = seen.get(id);
    if (before !== undefined) {
      if (before !== sequence)
        findings.report(`the same message with sequence ${before} and ${sequence}`, { ...idsOf(record), message: id });
      continue;
    }
    seen.set(id, sequence);
    if (sequence > last + 1)
      findings.report(`a gap: after ${last} comes ${sequence}`, { ...idsOf(record), message: id }, 'lost');
    if (sequence <= last)
      findings.report(`an inversion: after ${last} comes ${sequence}`, { ...idsOf(record), message: id });
    last = Math.max(last, sequence);
  }
}

const idsOf = ({ topic, key }: SeenRecord): Record<string, string> => ({ topic, key });
