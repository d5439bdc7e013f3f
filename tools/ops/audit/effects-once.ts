import { mergeRising, pairRising } from './rising.js';
import { Findings, type Section } from './section.js';

/** A record of a topic, as the consumers see it. */
export interface HeardRecord {
  readonly id: string;
  readonly topic: string;
  readonly key: string;
  readonly type: string;
}

export interface ConsumerFacts {
  readonly consumer: string;
  /** By topic, the types that it acts on; undefined where the audit has never heard of such a consumer. */
  readonly acts: Readonly<Record<string, readonly string[]>> | undefined;
  /** Every record of its topics, topic by topic, each rising by id. */
  readonly heard: readonly Iterable<HeardRecord>[];
  /** The ids in its inbox, rising. */
  readonly inbox: Iterable<string>;
  readonly parked: ReadonlySet<string>;
  /** Taken away by an operator: in the inbox, and without an effect. */
  readonly discarded: ReadonlySet<string>;
  /** Topics that it has not read to their ends: what is missing of them is late, and told as such. */
  readonly behind: ReadonlySet<string>;
}

/** What a service has done, by the message or command that caused it. */
export interface DeedFacts {
  readonly service: string;
  /** Causes of what was said, wished, booked and journalled that are in no inbox of the service, rising: commands, calls, timers. */
  readonly causesWithoutInbox: Iterable<string>;
  readonly saidAgain: readonly {
    readonly cause: string;
    readonly type: string;
    readonly key: string;
    readonly times: number;
  }[];
  readonly wishedAgain: readonly {
    readonly name: string;
    readonly key: string;
    readonly cause: string;
    readonly times: number;
  }[];
  readonly transitionsAgain: readonly {
    readonly saga: string;
    readonly cause: string;
    readonly transition: string;
    readonly times: number;
  }[];
  /** Booked by a cause that has said nothing about that order. */
  readonly bookedInSilence: readonly { readonly operation: string; readonly order: string; readonly cause: string }[];
  /** Operations of the ledger with lines of several causes. */
  readonly bookedAgain: readonly { readonly operation: string; readonly order: string; readonly causes: number }[];
  /** In the inbox of a consumer that always answers, and never answered. */
  readonly unanswered: readonly { readonly consumer: string; readonly message: string }[];
}

export interface OnceFacts {
  readonly consumers: Iterable<ConsumerFacts>;
  readonly deeds: readonly DeedFacts[];
  /** The ids on all topics, topic by topic, each rising. */
  readonly records: readonly Iterable<string>[];
}

/** G7: every message had its effect at each of its consumers, once; and whatever was done was caused by a message that its service had in the inbox. */
export function checkEffectsOnce({ consumers, deeds, records }: OnceFacts): Section {
  const findings = new Findings();
  for (const what of ['consumers', 'messages acted on', 'parked', 'discarded', 'causes that are no message'])
    findings.count(what, 0);
  for (const consumer of consumers) checkConsumer(consumer, findings);
  checkCauses(deeds, records, findings);
  for (const each of deeds) checkDeeds(each, findings);
  return findings.section('G7', 'effects: once for each message and consumer');
}

function checkConsumer(
  { consumer, acts, heard, inbox, parked, discarded, behind }: ConsumerFacts,
  findings: Findings,
): void {
  findings.count('consumers');
  if (!acts) return findings.report('an inbox of a consumer that nobody knows', { consumer });
  const records = mergeRising(heard, ({ id }) => id);
  for (const { id, left: record, right: marked } of pairRising(
    records,
    (each) => each.id,
    inbox,
    (each) => each,
  )) {
    const ids = { consumer, message: id, ...(record ? { topic: record.topic, key: record.key } : {}) };
    const due = record !== undefined && (acts[record.topic] ?? []).includes(record.type);
    if (marked !== undefined && discarded.has(id)) findings.count('discarded');
    else if (marked !== undefined && parked.has(id)) findings.report('acted on, and parked all the same', ids);
    else if (marked !== undefined && !record) findings.report('acted on a message that is on none of its topics', ids);
    else if (marked !== undefined && !due)
      findings.report(`acted on a message that it passes over: ${record!.type}`, ids);
    else if (marked !== undefined) findings.count('messages acted on');
    else if (parked.has(id)) findings.count('parked');
    else if (due && behind.has(record.topic)) findings.count('not read yet');
    else if (due) findings.report(`never acted on ${record.type}`, ids, 'lost');
  }
}

/** A cause that is on a topic was a message: then the service must have it in an inbox, or it did the deed without the mark. */
function checkCauses(deeds: readonly DeedFacts[], records: OnceFacts['records'], findings: Findings): void {
  const causes = deeds.map(({ service, causesWithoutInbox }) => withService(service, causesWithoutInbox));
  const said = mergeRising(records, (id) => id);
  const own = mergeRising(causes, ({ id }) => id);
  for (const { id, left, right } of pairRising(
    said,
    (each) => each,
    own,
    (each) => each.id,
  )) {
    if (!right) continue;
    findings.count('causes that are no message');
    if (left === undefined) continue;
    findings.report('acted because of a message that is in none of its inboxes', {
      service: right.service,
      message: id,
    });
  }
}

function* withService(service: string, ids: Iterable<string>): Generator<{ service: string; id: string }> {
  for (const id of ids) yield { service, id };
}

function checkDeeds(
  { service, saidAgain, wishedAgain, transitionsAgain, bookedInSilence, bookedAgain, unanswered }: DeedFacts,
  findings: Findings,
): void {
  for (const { cause, type, key, times } of saidAgain)
    findings.report(`one message has made it say ${type} ${times} times`, { service, cause, key }, 'doubled');
  for (const { name, key, cause, times } of wishedAgain)
    findings.report(`an effect was wished ${times} times: ${name}`, { service, key, cause }, 'doubled');
  for (const { saga, cause, transition, times } of transitionsAgain)
    findings.report(`one message has moved a saga ${times} times: ${transition}`, { service, saga, cause }, 'doubled');
  for (const { operation, order, cause } of bookedInSilence)
    findings.report('booked, and its cause has said nothing of it', { service, operation, order, cause });
  for (const { operation, order, causes } of bookedAgain)
    findings.report(`booked by ${causes} causes`, { service, operation, order }, 'doubled');
  for (const { consumer, message } of unanswered)
    findings.report('in the inbox, and never answered', { consumer, message }, 'lost');
}
