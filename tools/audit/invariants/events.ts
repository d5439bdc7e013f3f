import { Findings, type Section } from './section.js';

/** A record of a topic without a readable id, sequence or key. */
export interface UnreadableRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly reason: string;
}

/** What the owner of a topic recorded as published, and what is on the topic. */
export interface TopicIds {
  readonly topic: string;
  /** Ids in the outbox archive, sorted. */
  readonly archived: Iterable<string>;
  /** Ids that are still in the outbox: they may be on the topic or not. */
  readonly unpublished: ReadonlySet<string>;
  /** Ids on the topic, sorted, with repeats. */
  readonly onTopic: Iterable<string>;
}

export interface EventFacts {
  readonly topics: Iterable<TopicIds>;
  readonly unreadable: readonly UnreadableRecord[];
  /** Archived rows of topics that the service does not own. */
  readonly undeclared: readonly { readonly service: string; readonly topic: string; readonly rows: number }[];
}

/** G5: the ids in the outbox archives and on the topics are the same sets. Repeats on a topic are allowed. */
export function checkEvents({ topics, unreadable, undeclared }: EventFacts): Section {
  const findings = new Findings();
  findings.count('topics', 0);
  findings.count('archived', 0);
  findings.count('on the topics', 0);
  findings.count('repeats', 0);
  for (const facts of topics) compare(facts, findings);
  for (const { topic, partition, offset, reason } of unreadable)
    findings.report(`a record that no outbox published: ${reason}`, {
      topic,
      partition: String(partition),
      offset: String(offset),
    });
  for (const { service, topic, rows } of undeclared)
    findings.report(`${rows} archived for a topic that is not in the contracts`, { service, topic });
  return findings.section('G5', 'events: archives and topics have the same messages');
}

function compare({ topic, archived, unpublished, onTopic }: TopicIds, findings: Findings): void {
  findings.count('topics');
  findings.count('still in an outbox', unpublished.size);
  const archive = distinct(archived, (id) => {
    findings.count('archived');
    return () => findings.report('archived more than once', { topic, message: id }, 'doubled');
  });
  const records = distinct(onTopic, () => {
    findings.count('on the topics');
    return () => findings.count('repeats');
  });
  let row = archive.next();
  let record = records.next();
  while (row !== undefined || record !== undefined) {
    if (record === undefined || (row !== undefined && row < record)) {
      findings.report('archived as published, and not on the topic', { topic, message: row! }, 'lost');
      row = archive.next();
    } else if (row === undefined || record < row) {
      if (!unpublished.has(record))
        findings.report('on the topic, and in no outbox or archive', { topic, message: record });
      record = records.next();
    } else {
      row = archive.next();
      record = records.next();
    }
  }
}

/** Iterates over sorted ids without repeats. `visit` is called for every id, and the function that it returns for every repeat. */
function distinct(ids: Iterable<string>, visit: (id: string) => () => void): { next(): string | undefined } {
  const iterator = ids[Symbol.iterator]();
  let last: string | undefined;
  return {
    next() {
      for (;;) {
        const { value, done } = iterator.next();
        if (done) return undefined;
        const onRepeat = visit(value);
        if (value !== last) return (last = value);
        onRepeat();
      }
    },
  };
}
