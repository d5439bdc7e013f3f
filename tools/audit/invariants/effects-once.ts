import { Findings, type Section } from './section.js';
import { mergeSorted, pairSorted } from './sorted-lists.js';

/** A record of a topic, as the consumers see it. */
export interface ConsumedRecord {
  readonly id: string;
  readonly topic: string;
  readonly key: string;
  readonly type: string;
}

export interface ConsumerFacts {
  readonly consumer: string;
  /** By topic, the types that it handles; undefined for a consumer that the audit does not know. */
  readonly handles: Readonly<Record<string, readonly string[]>> | undefined;
  /** All records of its topics: a list for each topic, sorted by id. */
  readonly records: readonly Iterable<ConsumedRecord>[];
  /** The ids in its inbox, sorted. */
  readonly inbox: Iterable<string>;
  readonly deadLetters: ReadonlySet<string>;
  /** Discarded by an operator: in the inbox, without an effect. */
  readonly discarded: ReadonlySet<string>;
  /** Topics that it has not read to their ends: a message that is missing from its inbox is late, not lost. */
  readonly behind: ReadonlySet<string>;
}

/** What a service did, by the message or command that caused it. */
export interface ActionFacts {
  readonly service: string;
  /** Causes of published messages, effects, bookings and transitions that are in no inbox of the service, sorted: commands, effects, timeouts. */
  readonly causesWithoutInbox: Iterable<string>;
  readonly publishedTwice: readonly {
    readonly cause: string;
    readonly type: string;
    readonly key: string;
    readonly times: number;
  }[];
  readonly scheduledTwice: readonly {
    readonly name: string;
    readonly key: string;
    readonly cause: string;
    readonly times: number;
  }[];
  readonly transitionedTwice: readonly {
    readonly saga: string;
    readonly cause: string;
    readonly transition: string;
    readonly times: number;
  }[];
  /** In the inbox of a consumer that replies to everything, without a reply. */
  readonly unanswered: readonly { readonly consumer: string; readonly message: string }[];
}

export interface BookingFacts {
  readonly service: string;
  /** Bookings whose cause published nothing about the order. */
  readonly withoutMessage: readonly { readonly operation: string; readonly order: string; readonly cause: string }[];
  /** Operations of the ledger whose lines have several causes. */
  readonly severalCauses: readonly { readonly operation: string; readonly order: string; readonly causes: number }[];
}

export interface EffectsOnceFacts {
  readonly consumers: Iterable<ConsumerFacts>;
  readonly actions: readonly ActionFacts[];
  readonly bookings: BookingFacts;
  /** The ids on all topics: a sorted list for each topic. */
  readonly records: readonly Iterable<string>[];
}

/** G7: every message took effect once in each of its consumers; and every action was caused by a message in an inbox of its service. */
export function checkEffectsOnce({ consumers, actions, bookings, records }: EffectsOnceFacts): Section {
  const findings = new Findings();
  for (const what of ['consumers', 'messages handled', 'dead letters', 'discarded', 'causes that are no message'])
    findings.count(what, 0);
  for (const consumer of consumers) checkConsumer(consumer, findings);
  checkCauses(actions, records, findings);
  for (const ofService of actions) checkActions(ofService, findings);
  checkBookings(bookings, findings);
  return findings.section('G7', 'effects: once for each message and consumer');
}

function checkConsumer(
  { consumer, handles, records, inbox, deadLetters, discarded, behind }: ConsumerFacts,
  findings: Findings,
): void {
  findings.count('consumers');
  if (!handles) return findings.report('an inbox of an unknown consumer', { consumer });
  const merged = mergeSorted(records, ({ id }) => id);
  for (const { id, left: record, right: marked } of pairSorted(
    merged,
    (item) => item.id,
    inbox,
    (item) => item,
  )) {
    const ids = { consumer, message: id, ...(record ? { topic: record.topic, key: record.key } : {}) };
    const due = record !== undefined && (handles[record.topic] ?? []).includes(record.type);
    if (marked !== undefined && discarded.has(id)) findings.count('discarded');
    else if (marked !== undefined && deadLetters.has(id)) findings.report('handled, and a dead letter as well', ids);
    else if (marked !== undefined && !record) findings.report('handled a message that is on none of its topics', ids);
    else if (marked !== undefined && !due)
      findings.report(`handled a message that it must ignore: ${record!.type}`, ids);
    else if (marked !== undefined) findings.count('messages handled');
    else if (deadLetters.has(id)) findings.count('dead letters');
    else if (due && behind.has(record.topic)) findings.count('not read yet');
    else if (due) findings.report(`never handled ${record.type}`, ids, 'lost');
  }
}

/** A cause that is on a topic was a message: without it in an inbox, the service acted and did not mark it as handled. */
function checkCauses(actions: readonly ActionFacts[], records: EffectsOnceFacts['records'], findings: Findings): void {
  const published = mergeSorted(records, (id) => id);
  const causes = mergeSorted(
    actions.map(({ service, causesWithoutInbox }) => withService(service, causesWithoutInbox)),
    ({ id }) => id,
  );
  for (const { id, left, right: cause } of pairSorted(
    published,
    (item) => item,
    causes,
    (item) => item.id,
  )) {
    if (!cause) continue;
    findings.count('causes that are no message');
    if (left === undefined) continue;
    findings.report('acted because of a message that is in none of its inboxes', {
      service: cause.service,
      message: id,
    });
  }
}

function* withService(service: string, ids: Iterable<string>): Generator<{ service: string; id: string }> {
  for (const id of ids) yield { service, id };
}

function checkActions(
  { service, publishedTwice, scheduledTwice, transitionedTwice, unanswered }: ActionFacts,
  findings: Findings,
): void {
  for (const { cause, type, key, times } of publishedTwice)
    findings.report(`one message caused ${type} ${times} times`, { service, cause, key }, 'doubled');
  for (const { name, key, cause, times } of scheduledTwice)
    findings.report(`an effect was scheduled ${times} times: ${name}`, { service, key, cause }, 'doubled');
  for (const { saga, cause, transition, times } of transitionedTwice)
    findings.report(
      `one message caused a transition ${times} times: ${transition}`,
      { service, saga, cause },
      'doubled',
    );
  for (const { consumer, message } of unanswered)
    findings.report('in the inbox, and never answered', { consumer, message }, 'lost');
}

function checkBookings({ service, withoutMessage, severalCauses }: BookingFacts, findings: Findings): void {
  for (const { operation, order, cause } of withoutMessage)
    findings.report('booked, and its cause published nothing about it', { service, operation, order, cause });
  for (const { operation, order, causes } of severalCauses)
    findings.report(`booked by ${causes} causes`, { service, operation, order }, 'doubled');
}
