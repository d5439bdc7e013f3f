import { Findings, type Section } from './section.js';

export interface TopicRecord {
  readonly topic: string;
  readonly key: string;
  readonly partition: number;
  readonly offset: number;
  readonly id: string;
  readonly type: string;
  readonly sequence: number;
  /** After a partition increase: where the previous partitions ended, by partition. Earlier records precede this one. */
  readonly previousEnds: readonly number[];
}

/** All records of one topic and key, sorted by partition and offset. */
export type KeyRecords = readonly TopicRecord[];

/**
 * G6: a key stays in one partition, and without repeats its sequence is 1, 2, 3 … without gap or inversion. After a partition increase it
 * may continue in another partition: then each record states that the one before it lies before the previous ends.
 */
export function checkKeyOrder(keys: Iterable<KeyRecords>): Section {
  const findings = new Findings();
  findings.count('keys', 0);
  findings.count('records', 0);
  for (const records of keys) {
    findings.count('keys');
    findings.count('records', records.length);
    const partitions = new Set(records.map(({ partition }) => partition));
    if (partitions.size === 1) checkSequence(records, findings);
    else if (areLinked(records)) {
      findings.count('keys that moved in a partition increase');
      checkSequence(
        records.toSorted(
          (one, other) =>
            sum(one.previousEnds) - sum(other.previousEnds) ||
            one.partition - other.partition ||
            one.offset - other.offset,
        ),
        findings,
      );
    } else findings.report(`a key in several partitions: ${[...partitions].join(', ')}`, idsOf(records[0]!));
  }
  return findings.section('G6', 'order: the sequence of every key is 1, 2, 3 …');
}

/** Whether each record is behind the previous one in its partition, or states a previous end of the other partition that is behind it. */
function areLinked(records: KeyRecords): boolean {
  const bySequence = new Map<number, TopicRecord[]>();
  for (const record of records) bySequence.set(record.sequence, [...(bySequence.get(record.sequence) ?? []), record]);
  const isBehind = (record: TopicRecord, before: TopicRecord): boolean =>
    before.offset <
    (before.partition === record.partition ? record.offset : (record.previousEnds[before.partition] ?? 0));
  // A missing predecessor is a gap, which checkSequence reports.
  return records.every(
    (record) => bySequence.get(record.sequence - 1)?.some((before) => isBehind(record, before)) ?? true,
  );
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

function checkSequence(records: KeyRecords, findings: Findings): void {
  const seen = new Map<string, number>();
  let last = 0;
  for (const record of records) {
    const { id, sequence } = record;
    const ids = { ...idsOf(record), message: id };
    const before = seen.get(id);
    if (before !== undefined) {
      if (before !== sequence) findings.report(`one message with the sequences ${before} and ${sequence}`, ids);
      continue;
    }
    seen.set(id, sequence);
    if (sequence > last + 1) findings.report(`a gap: ${last} is followed by ${sequence}`, ids, 'lost');
    if (sequence <= last) findings.report(`an inversion: ${last} is followed by ${sequence}`, ids);
    last = Math.max(last, sequence);
  }
}

const idsOf = ({ topic, key }: TopicRecord): Record<string, string> => ({ topic, key });
