import { Findings, type Section } from './section.js';

/** A record of a topic whose headers tell no id or no sequence. */
export interface Unreadable {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly why: string;
}

/** What the owner of a topic believes to have published, and what is there. */
export interface TopicIds {
  readonly topic: string;
  /** Ids of the outbox archive, rising. */
  readonly archived: Iterable<string>;
  /** Ids that still wait in the outbox: they may be on the topic or not. */
  readonly waiting: ReadonlySet<string>;
  /** Ids on the topic, rising; repeats side by side. */
  readonly seen: Iterable<string>;
}

export interface EventFacts {
  readonly topics: Iterable<TopicIds>;
  readonly unreadable: readonly Unreadable[];
  /** Archived for topics that nobody declares. */
  readonly undeclared: readonly { readonly service: string; readonly topic: string; readonly rows: number }[];
}

/** G5: the ids in the outbox archives and on the topics are the same set, both ways. Repeats on a topic are allowed. */
export function checkEvents({ topics, unreadable, undeclared }: EventFacts): Section {
  const findings = new Findings();
  findings.count('topics', 0);
  findings.count('archived', 0);
  findings.count('on the topics', 0);
  findings.count('repeats', 0);
  for (const facts of topics) compare(facts, findings);
  for (const { topic, partition, offset, why } of unreadable)
    findings.report(`a record that came from no outbox: ${why}`, {
      topic,
      partition: String(partition),
      offset: String(offset),
    });
  for (const { service, topic, rows } of undeclared)
    findings.report(`${rows} archived for a topic that is not in the contracts`, { service, topic });
  return findings.section('G5', 'events: archives and topics hold the same');
}

function compare({ topic, archived, waiting, seen }: TopicIds, findings: Findings): void {
  findings.count('topics');
  findings.count('waiting in an outbox', waiting.size);
  const archive = distinct(archived, (id) => {
    findings.count('archived');
    return () => findings.report('archived more than once', { topic, message: id }, 'doubled');
  });
  const records = distinct(seen, () => {
    findings.count('on the topics');
    return () => findings.count('repeats');
  });
  let kept = archive.next();
  let there = records.next();
  while (kept !== undefined || there !== undefined) {
    if (there === undefined || (kept !== undefined && kept < there)) {
      findings.report('archived as published, and not on the topic', { topic, message: kept! }, 'lost');
      kept = archive.next();
    } else if (kept === undefined || there < kept) {
      if (!waiting.has(there)) findings.report('on the topic, and in no outbox or archive', { topic, message: there });
      there = records.next();
    } else {
      kept = archive.next();
      there = records.next();
    }
  }
}

/** Walks rising ids; `each` is told of every one, and what it returns is called for every repeat. */
function distinct(ids: Iterable<string>, each: (id: string) => () => void): { next(): string | undefined } {
  const iterator = ids[Symbol.iterator]();
  let last: string | undefined;
  return {
    next() {
      for (;;) {
        const { value, done } = iterator.next();
        if (done) return undefined;
        const repeated = each(value);
        if (value !== last) return (last = value);
        repeated();
      }
    },
  };
}
