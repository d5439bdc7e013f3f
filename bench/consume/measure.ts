import type { KafkaClient } from '@tradewind/messaging';
import { query } from '../environment/databases.js';
import { hasCommittedAll } from '../environment/kafka.js';
import { measure, type Measured } from '../environment/machine.js';
import type { Platform } from '../environment/platform.js';
import { waitUntil } from '../environment/wait.js';
import { createService, hasPublishedAll, startProgram, workloads, type BacklogService } from '../workload/backlog.js';
import type { ConsumerCount } from '../workload/consumer-count.js';
import { eventTypes, fillStock, stock } from '../workload/stock.js';
import { differences, type Backlog, type ConsumerName } from '../workload/workload.js';

/** A backlog, and who handles it. */
export interface Case extends Backlog {
  readonly consumer: ConsumerName;
}

/** Messages, from the first committed transaction to the last; their CPU time until they were handled and their events published. */
export interface Round extends Measured {
  readonly messagesATransaction: number;
}

/** Milliseconds until a consumer has started, and to handle the backlog. */
const startTimeout = 120_000;
const handleTimeout = 1_800_000;
const bareTables = `
create table bare_inbox (consumer text not null, message_id uuid not null, primary key (consumer, message_id));
create table bare_outbox (id uuid primary key, type text not null, key text not null, payload jsonb not null, causation uuid not null)`;

/** Lets one consumer handle a backlog. Throws when a row is wrong afterwards. */
export async function measureRound(platform: Platform, kafka: KafkaClient, of: Case, number: number): Promise<Round> {
  const { consumer: name, workload, topic, messages } = of;
  const fill = workload === 'stock' ? [fillStock, 'analyze bench_stock_levels'] : [];
  const serviceName = `bench-${name}-${workload}-${topic.partitions}-${number}`;
  const service = await createService(platform, kafka, serviceName, of, bareTables, ...fill);
  const bare = name === 'bare' ? { file: new URL('bare-consumer.js', import.meta.url) } : {};
  const consumer = startProgram(platform, service, { ...bare, handlers: name });
  const count = async (): Promise<ConsumerCount> => {
    consumer.send('count');
    return (await consumer.next('its count', startTimeout)) as ConsumerCount;
  };
  await consumer.next('that it is ready', startTimeout);
  await consumer.next('that it has started', startTimeout);
  const end = measure(new Map([['consumer', consumer.pid], ...platform.processes]));
  await waitUntil('everything is handled', async () => (await count()).decided >= messages, handleTimeout);
  await waitUntil('the outbox is empty', () => hasPublishedAll(service), handleTimeout);
  const measured = end();
  const { firstAt, lastAt, inFirst, transactions } = await count();
  if (!(lastAt > firstAt)) throw new Error('one transaction handled everything: there were too few messages');
  await waitUntil('everything is committed', () => hasCommittedAll(kafka, service.group, topic.name), startTimeout);
  await verify(kafka, name, service);
  await consumer.stop();
  const seconds = (lastAt - firstAt) / 1_000;
  const inTime = messages - inFirst;
  return { ...measured(inTime), perSecond: inTime / seconds, messagesATransaction: messages / transactions };
}

/** Throws unless each message was handled exactly once and in its order, and its event exists exactly once. */
async function verify(kafka: KafkaClient, name: ConsumerName, service: BacklogService): Promise<void> {
  const { url, group, events, backlog } = service;
  const { workload, messages } = backlog;
  const { expectedRows, readRows } = workloads[workload];
  const errors = differences(expectedRows(backlog), await readRows(url));
  const expect = (what: string, found: object | number, expected: object | number): void => {
    const [one, other] = [JSON.stringify(found), JSON.stringify(expected)];
    if (one !== other) errors.push(`${what}: ${one} in place of ${other}`);
  };
  const [inbox, outbox] = name === 'bare' ? ['bare_inbox', 'bare_outbox'] : ['msg_inbox', 'msg_outbox_archive'];
  const marks = await query(url, `select 1 from ${inbox} where consumer = $1`, [group]);
  expect('messages in the inbox', marks.length, messages);
  if (events) {
    const refused = stock.expectedRows(backlog).reduce((sum, level) => sum + level.refused, 0);
    const text = `select type, count(*)::int as rows, count(distinct causation)::int as causes from ${outbox} group by type order by type`;
    const row = (type: string, rows: number) => (rows === 0 ? [] : [{ type, rows, causes: rows }]);
    const expected = [...row(eventTypes.refused, refused), ...row(eventTypes.taken, messages - refused)];
    expect('events', await query(url, text), expected);
    const ends = await kafka.endOffsets([events.name]);
    const onTopic = ends.reduce((sum, { start, end }) => sum + Number(end - start), 0);
    expect('events on the topic', onTopic, name === 'bare' ? 0 : messages);
  }
  if (errors.length > 0) throw new Error(`${name} has not handled everything once: ${errors.join('; ')}`);
}
