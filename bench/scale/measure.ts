import { messagingMigrations } from '@tradewind/messaging';
import type pg from 'pg';
import { connect, withDataSource } from '../environment/databases.js';
import { connectKafka } from '../environment/kafka.js';
import { log, type Progress } from '../environment/log.js';
import { load, processorCount, watchCpu, watchProcessors } from '../environment/machine.js';
import { Platform } from '../environment/platform.js';
import { waitUntil } from '../environment/wait.js';
import { quantile } from '../frame/statistics.js';
import { Consumers } from './consumers.js';
import { callMs, createCompletedJobs, effectConcurrency, jobTopic } from './job.js';
import { JobPublisher } from './publisher.js';
import { longestGap, nameOf, type Completed } from './verify.js';

/** What a number of consumers did. */
export interface Row {
  readonly consumers: number;
  /** Messages a second at full load. */
  readonly perSecond: number;
  /** At seven tenths of that: milliseconds from the publication of a job to its completion. */
  readonly p50: number;
  readonly p99: number;
  /** How busy all processors were at full load, and the share of them that consumers, broker and database used; from 0 to 1. */
  readonly busy: number;
  readonly used: number;
  /** CPU microseconds a message, of the consumers, the broker and the database together. */
  readonly cpu: number;
  readonly machineLoad: number;
}

/** What a change of the group cost, in milliseconds. */
export interface Change {
  readonly what: string;
  /** Until all partitions were assigned. */
  readonly assignedAfter: number;
  /** The longest time in which no consumer received a record. */
  readonly pause: number;
  /** The slowest job, from its publication to its completion. */
  readonly slowest: number;
}

/** Messages a second that one consumer can handle at best: its concurrent calls limit it. */
export const ceiling = (effectConcurrency * 1_000) / callMs;

/** Milliseconds in which a new process still compiles its code. */
const warmUp = 15_000;
/** Jobs in progress for each consumer: more than a second of work, so that it never waits for the next. */
const inProgress = 120;
const steadyShare = 0.7;
/** Milliseconds before and after a change that are measured with it. */
const margin = 5_000;
/** Milliseconds until everything is completed; the calls of a killed consumer start again after the lease. */
const drainTimeout = 120_000;

export interface Setup {
  readonly platform: Platform;
  readonly database: pg.Client;
  readonly consumers: Consumers;
  readonly publisher: JobPublisher;
  readonly progress: Progress;
  close(): Promise<void>;
}

/** A platform with the topic and the tables of the consumers. */
export async function openSetup(progress: Progress): Promise<Setup> {
  const platform = await Platform.open();
  const { brokers, postgresUrl: url } = platform;
  const kafka = connectKafka(brokers);
  await kafka.provision([jobTopic]);
  await withDataSource({ url, migrations: messagingMigrations }, async (dataSource) => {
    await dataSource.runMigrations();
    await dataSource.query(createCompletedJobs);
  });
  const consumers = new Consumers({ DATABASE_URL: url, KAFKA_BROKERS: brokers });
  const [database, publisher] = [await connect(url), await JobPublisher.open(kafka)];
  const close = async (): Promise<void> => {
    await publisher.close();
    await kafka.close();
    await database.end();
  };
  return { platform, database, consumers, publisher, progress, close };
}

/** All completed jobs, in the order of completion. */
export async function completedJobs({ database }: Setup): Promise<Completed[]> {
  const text = `select owner, number, started_at::float8 as "startedAt", (extract(epoch from completed_at) * 1000)::float8 as "completedAt" from bench_completed order by place`;
  return (await database.query<Completed>(text)).rows;
}

export async function measureRow(setup: Setup, seconds: number): Promise<Row> {
  const { platform, consumers, publisher, progress } = setup;
  const { size } = consumers;
  const fullLoad = (milliseconds: number): Promise<void> =>
    publisher.fullLoad(inProgress * size, () => consumers.completed, milliseconds);
  progress.next(`${size} consumers: warm-up`);
  await fullLoad(warmUp);
  progress.next(`${size} consumers: full load`);
  const processes = new Map([...consumers.processes, ...platform.processes]);
  const [busySince, cpuSince, from] = [watchProcessors(), watchCpu(processes), Date.now()];
  await fullLoad(seconds * 1_000);
  const [busy, cpu, to, machineLoad] = [busySince(), cpuSince(), Date.now(), load()];
  await drain(setup);
  const completed = (await completedJobs(setup)).filter((job) => job.completedAt >= from && job.completedAt < to);
  const perSecond = completed.length / ((to - from) / 1_000);
  const spent = [...cpu.values()].reduce((sum, each) => sum + each, 0);
  progress.next(`${size} consumers: steady rate`);
  const steadyFrom = Date.now();
  await publisher.steadyRate(perSecond * steadyShare, lasting(seconds * 1_000));
  await drain(setup);
  const waits = waitsOf(await completedJobs(setup), publisher, steadyFrom, Date.now());
  return {
    consumers: size,
    perSecond,
    p50: quantile(waits, 0.5),
    p99: quantile(waits, 0.99),
    busy,
    used: spent / 1_000 / ((to - from) * processorCount),
    cpu: spent / completed.length,
    machineLoad,
  };
}

/** Changes the group while jobs arrive at a steady rate. */
export async function measureChange(
  setup: Setup,
  what: string,
  perSecond: number,
  action: () => Promise<void>,
): Promise<Change> {
  const { consumers, publisher, progress } = setup;
  progress.next(what);
  await publisher.steadyRate(perSecond, lasting(margin));
  const from = Date.now();
  let to = Number.POSITIVE_INFINITY;
  const act = async (): Promise<number> => {
    try {
      await action();
      return Date.now() - from;
    } finally {
      to = Date.now() + margin;
    }
  };
  const [assignedAfter] = await Promise.all([act(), publisher.steadyRate(perSecond, () => Date.now() < to)]);
  const pause = longestGap(consumers.receivedAt, from, to);
  await drain(setup);
  const slowest = Math.max(...waitsOf(await completedJobs(setup), publisher, from, to));
  log(`${what}: assigned after ${assignedAfter} ms, pause ${pause} ms, slowest job ${Math.round(slowest)} ms`);
  return { what, assignedAfter, pause, slowest };
}

/** Waits until every published job is completed. */
async function drain({ database, consumers, publisher, progress }: Setup): Promise<void> {
  progress.next('completing everything');
  const isDrained = async (): Promise<boolean> => {
    consumers.check();
    const { rows } = await database.query<{ count: number }>('select count(*)::int as count from bench_completed');
    const { count } = rows[0]!;
    if (count < publisher.sent) return false;
    consumers.completed = count; // a killed consumer has not reported everything
    return true;
  };
  await waitUntil('every published job is completed', isDrained, drainTimeout);
}

const lasting = (milliseconds: number): (() => boolean) => {
  const end = Date.now() + milliseconds;
  return () => Date.now() < end;
};

/** How long the jobs took that were published between two times. */
const waitsOf = (jobs: readonly Completed[], { sentAt }: JobPublisher, from: number, to: number): number[] =>
  jobs.flatMap((job) => {
    const sent = sentAt.get(nameOf(job))!;
    return sent >= from && sent < to ? [job.completedAt - sent] : [];
  });
