import { hashTables, type TableHash } from '@tradewind/operations';
import { Child } from '../environment/child.js';
import { query } from '../environment/databases.js';
import { load, watchCpu } from '../environment/machine.js';
import type { Platform } from '../environment/platform.js';
import { workloads } from '../workload/backlog.js';
import { serviceSettings } from '../workload/service-program.js';
import { createServiceDatabase, openDataSource } from '../workload/tables.js';
import { differences } from '../workload/workload.js';
import type { PopulatedService } from './populate.js';

/** What a program sends when it is done. */
export interface Result {
  readonly messages: number;
  readonly seconds: number;
}

export interface Rebuilt extends Result {
  readonly failed: number;
  /** Rows that were wrong in the replaced table. */
  readonly corrected: number;
  readonly exchanged: boolean;
  readonly lockedMs: number | undefined;
}

export interface Recovered extends Result {
  /** Messages that the group would read again. */
  readonly left: number;
}

export interface Round extends Result {
  readonly perSecond: number;
  /** CPU microseconds a message. */
  readonly cpu: { readonly replay: number; readonly postgres: number; readonly kafka: number };
  /** How long the table was locked for others; undefined when there are none. */
  readonly lockedMs: number | undefined;
  readonly machineLoad: number;
}

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

/** Damages one row, then rebuilds the projection beside the live one. Throws when a row is wrong afterwards. */
export async function measureRebuild(platform: Platform, service: PopulatedService): Promise<Round> {
  const { backlog, url } = service;
  const before = await hashesOf(url, prices);
  await query(url, damageOneRow);
  const { result, ...costs } = await run<Rebuilt>(platform, 'rebuild', service, url);
  const { exchanged, failed, corrected, messages, seconds, lockedMs } = result;
  const isComplete = exchanged && failed === 0 && corrected === 1 && messages === backlog.messages;
  await verify(service, url, isComplete, result, before, await hashesOf(url, prices));
  return { ...costs, messages, seconds, perSecond: messages / seconds, lockedMs };
}

/** Recovers the database of a stopped service into an empty one. Throws when the content differs. */
export async function measureRecovery(platform: Platform, lost: PopulatedService, round: number): Promise<Round> {
  const url = await createServiceDatabase(platform.postgresUrl, `recovered-${round}`);
  const { result, ...costs } = await run<Recovered>(platform, 'recover', lost, url);
  const { messages, seconds, left } = result;
  const isComplete = left === 0 && messages === lost.backlog.messages;
  await verify(lost, url, isComplete, result, await recoveredHashes(lost.url), await recoveredHashes(url));
  return { ...costs, messages, seconds, perSecond: messages / seconds, lockedMs: undefined };
}

/** Runs a program of this folder in a fresh process, and measures from its start signal to its result. */
async function run<T extends Result>(
  platform: Platform,
  name: 'rebuild' | 'recover',
  { service, backlog }: PopulatedService,
  url: string,
): Promise<Pick<Round, 'cpu' | 'machineLoad'> & { readonly result: T }> {
  const file = new URL(`${name}.js`, import.meta.url);
  const program = new Child<T | 'ready'>({ name, file, env: serviceSettings(platform, service, backlog, url) });
  await program.next('that it is ready', readyTimeout);
  const cpuSince = watchCpu(new Map([['replay', program.pid], ...platform.processes]));
  program.send('start');
  const result = (await program.next('its result', doneTimeout)) as T;
  const cpu = cpuSince();
  const perMessage = (process: string): number => cpu.get(process)! / result.messages;
  await program.stop();
  return {
    result,
    cpu: { replay: perMessage('replay'), postgres: perMessage('PostgreSQL'), kafka: perMessage('Kafka') },
    machineLoad: load(),
  };
}

async function verify(
  { backlog }: PopulatedService,
  url: string,
  isComplete: boolean,
  result: Result,
  before: readonly TableHash[],
  now: readonly TableHash[],
): Promise<void> {
  const { expectedRows, readRows } = workloads[backlog.workload];
  const errors = [
    ...(isComplete ? [] : [`the result is ${JSON.stringify(result)}`]),
    ...differences(expectedRows(backlog), await readRows(url)),
    ...before.flatMap((table, index) =>
      table.hash === now[index]!.hash && table.rows > 0
        ? []
        : [`${JSON.stringify(table)} is now ${JSON.stringify(now[index])}`],
    ),
  ];
  if (errors.length > 0) throw new Error(`the content differs: ${errors.join('; ')}`);
}

async function recoveredHashes(url: string): Promise<TableHash[]> {
  await query(url, views);
  return hashesOf(url, recovered);
}

async function hashesOf(url: string, tables: readonly string[]): Promise<TableHash[]> {
  const dataSource = await openDataSource(url);
  try {
    return await hashTables(dataSource, tables);
  } finally {
    await dataSource.destroy();
  }
}
