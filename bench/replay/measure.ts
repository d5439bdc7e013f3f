import type { KafkaClient } from '@tradewind/messaging';
import { hashTables, type TableHash } from '@tradewind/operations';
import { query, withDataSource } from '../environment/databases.js';
import { hasCommittedAll } from '../environment/kafka.js';
import { measure, type Measured } from '../environment/machine.js';
import type { Platform } from '../environment/platform.js';
import { waitUntil } from '../environment/wait.js';
import {
  createService,
  hasPublishedAll,
  publishBacklog,
  startProgram,
  workloads,
  type BacklogService,
} from '../workload/backlog.js';
import { differences, type Backlog } from '../workload/workload.js';

/** What a program sends when it is done. */
export interface Result {
  readonly messages: number;
  readonly seconds: number;
  /** How long the table was locked for others; undefined when there are none. */
  readonly lockedMs: number | undefined;
  /** What is complete, when it is as expected. */
  readonly checks: object;
}

/** Messages, as the program measured them. */
export interface Round extends Measured, Pick<Result, 'messages' | 'seconds' | 'lockedMs'> {}

/** Milliseconds until a program is ready, and until it is done. */
const readyTimeout = 120_000;
const doneTimeout = 1_800_000;

const prices = ['bench_prices'];
const damageOneRow = `update bench_prices set price = -1 where product = (select min(product) from bench_prices)`;

/** What a recovered service must have as before: everything but the times of writing and the positions in the archive. */
const views = `
create or replace view bench_handled as select consumer, message_id, ordering_key from msg_inbox;
create or replace view bench_published as select id, topic, key, type, version, sequence, payload, causation, correlation, traceparent, occurred_at, headers, partition, record_offset from msg_outbox_archive`;
const recovered = ['bench_stock_levels', 'bench_handled', 'bench_published', 'msg_sequences', 'msg_published_offsets'];

/** Publishes a backlog, and waits until a service has handled it and published its own events. Its process runs until it is stopped. */
export async function populate(
  platform: Platform,
  kafka: KafkaClient,
  backlog: Backlog,
): Promise<BacklogService & { stop(): Promise<void> }> {
  await publishBacklog(kafka, backlog);
  const service = await createService(platform, kafka, `bench-${backlog.workload}`, backlog);
  const consumer = startProgram(platform, service);
  const isHandled = (): Promise<boolean> => {
    consumer.check();
    return hasCommittedAll(kafka, service.group, backlog.topic.name);
  };
  await waitUntil('everything is handled', isHandled, doneTimeout);
  await waitUntil('the outbox is empty', () => hasPublishedAll(service), doneTimeout);
  return { ...service, stop: () => consumer.stop() };
}

/** Damages one row, then rebuilds the projection beside the live one. Throws when a row is wrong afterwards. */
export async function measureRebuild(platform: Platform, service: BacklogService): Promise<Round> {
  const before = await hashesOf(service.url, prices);
  await query(service.url, damageOneRow);
  const expected = { exchanged: true, failed: 0, corrected: 1 };
  const round = await run(platform, 'rebuild', service, expected);
  await compare(service, before, await hashesOf(service.url, prices));
  return round;
}

/** Recovers the database of a stopped service into an empty one. Throws when the content differs. */
export async function measureRecovery(
  platform: Platform,
  kafka: KafkaClient,
  lost: BacklogService,
  round: number,
): Promise<Round> {
  const { url } = await createService(platform, kafka, `recovered-${round}`, lost.backlog);
  const service = { ...lost, url };
  const measured = await run(platform, 'recover', service, { left: 0 });
  for (const each of [lost, service]) await query(each.url, views);
  await compare(service, await hashesOf(lost.url, recovered), await hashesOf(url, recovered));
  return measured;
}

/** Runs a program of this folder in a fresh process, and measures from its start signal to its result. */
async function run(
  platform: Platform,
  name: 'rebuild' | 'recover',
  service: BacklogService,
  expected: object,
): Promise<Round> {
  const program = startProgram<Result | 'ready'>(platform, service, { file: new URL(`${name}.js`, import.meta.url) });
  await program.next('that it is ready', readyTimeout);
  const end = measure(new Map([['replay', program.pid], ...platform.processes]));
  program.send('start');
  const { messages, seconds, lockedMs, checks } = (await program.next('its result', doneTimeout)) as Result;
  const measured = end()(messages);
  await program.stop();
  const [found, complete] = [
    { messages, ...checks },
    { messages: service.backlog.messages, ...expected },
  ].map((each) => JSON.stringify(each));
  if (found !== complete) throw new Error(`the result is ${found} in place of ${complete}`);
  return { ...measured, perSecond: messages / seconds, messages, seconds, lockedMs };
}

async function compare(
  { backlog, url }: BacklogService,
  before: readonly TableHash[],
  now: readonly TableHash[],
): Promise<void> {
  const { expectedRows, readRows } = workloads[backlog.workload];
  const errors = differences(expectedRows(backlog), await readRows(url));
  for (const [index, table] of before.entries())
    if (table.hash !== now[index]!.hash || table.rows === 0)
      errors.push(`${JSON.stringify(table)} is now ${JSON.stringify(now[index])}`);
  if (errors.length > 0) throw new Error(`the content differs: ${errors.join('; ')}`);
}

const hashesOf = (url: string, tables: readonly string[]): Promise<TableHash[]> =>
  withDataSource(url, {}, (dataSource) => hashTables(dataSource, tables));
