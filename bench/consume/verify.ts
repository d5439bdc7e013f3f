import type { KafkaClient, Topic } from '@tradewind/messaging';
import { query } from '../environment/databases.js';
import { workloads, type Backlog } from '../workload/backlog.js';
import { eventTypes, stock } from '../workload/stock.js';
import type { ConsumerName } from './consumers.js';
import { differences } from '../workload/workload.js';

export interface Handled {
  readonly name: ConsumerName;
  readonly url: string;
  readonly group: string;
  readonly kafka: KafkaClient;
  readonly events: Topic | undefined;
  readonly backlog: Backlog;
}

/** Throws unless each message was handled exactly once and in its order, and its event exists exactly once. */
export async function verify(handled: Handled): Promise<void> {
  const { expectedRows, readRows } = workloads[handled.backlog.workload];
  const errors = [
    ...differences(expectedRows(handled.backlog), await readRows(handled.url)),
    ...(await inboxErrors(handled)),
    ...(await eventErrors(handled)),
  ];
  if (errors.length > 0) throw new Error(`${handled.name} has not handled everything once: ${errors.join('; ')}`);
}

async function inboxErrors({ name, url, group, backlog: { messages } }: Handled): Promise<string[]> {
  const table = name === 'bare' ? 'bare_inbox' : 'msg_inbox';
  const text = `select count(*)::int as marked from ${table} where consumer = $1`;
  const [{ marked } = { marked: 0 }] = await query<{ marked: number }>(url, text, [group]);
  return marked === messages ? [] : [`${marked} of ${messages} messages are in the inbox`];
}

async function eventErrors({ name, url, kafka, events, backlog }: Handled): Promise<string[]> {
  if (!events) return [];
  const refused = stock.expectedRows(backlog).reduce((sum, level) => sum + level.refused, 0);
  const table = name === 'bare' ? 'bare_outbox' : 'msg_outbox_archive';
  const found = await query<{ type: string; rows: number; causes: number }>(
    url,
    `select type, count(*)::int as rows, count(distinct causation)::int as causes from ${table} group by type`,
  );
  const expected = [
    [eventTypes.refused, refused],
    [eventTypes.taken, backlog.messages - refused],
  ] as const;
  const errors = expected.flatMap(([type, count]) => {
    const { rows, causes } = found.find((each) => each.type === type) ?? { rows: 0, causes: 0 };
    return rows === count && causes === count
      ? []
      : [`${rows} ${type} with ${causes} causes were published in place of ${count}`];
  });
  if (name === 'bare') return errors;
  const offsets = await kafka.endOffsets([events.name]);
  const onTopic = offsets.reduce((sum, { start, end }) => sum + Number(end - start), 0);
  return onTopic === backlog.messages
    ? errors
    : [...errors, `${onTopic} of ${backlog.messages} events are on the topic`];
}
