import { messagingMigrations } from '@tradewind/messaging';
import { createDatabase, query } from '../environment/databases.js';
import { connectKafka } from '../environment/kafka.js';
import { log, type Progress } from '../environment/log.js';
import { measure, type Measured } from '../environment/machine.js';
import { Platform } from '../environment/platform.js';
import { waitUntil } from '../environment/wait.js';
import { quantile } from '../frame/statistics.js';
import { ConsumerGroup } from './group.js';
import { callMs, createCompletedJobs, effectConcurrency, jobTopic } from './job.js';
import { JobPublisher } from './publisher.js';
import { longestGap, nameOf, type Completed } from './verify.js';

/** Messages that a number of consumers handled at full load. */
export interface Row extends Measured {
  readonly consumers: number;
  /** At seven tenths of that: milliseconds from the publication of a job to its completion. */
  readonly p50: number;
  readonly p99: number;
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
const completedJobs = `select owner, number, started_at::float8 as "startedAt", (extract(epoch from completed_at) * 1000)::float8 as "completedAt" from bench_completed order by place`;

const lasting = (milliseconds: number): (() => boolean) => {
  const end = Date.now() + milliseconds;
  return () => Date.now() < end;
};

/** A group of consumers, and who publishes their jobs. */
export class Measurement {
  private constructor(
    private readonly platform: Platform,
    private readonly url: string,
    readonly consumers: ConsumerGroup,
    readonly publisher: JobPublisher,
    private readonly progress: Progress,
  ) {}

  static async open(progress: Progress): Promise<Measurement> {
    const platform = await Platform.open();
    const { brokers, postgresUrl } = platform;
    const kafka = connectKafka(brokers);
    await kafka.provision([jobTopic]);
    const url = await createDatabase(postgresUrl, 'scale', messagingMigrations, createCompletedJobs);
    const consumers = new ConsumerGroup({ DATABASE_URL: url, KAFKA_BROKERS: brokers });
    return new Measurement(platform, url, consumers, new JobPublisher(await kafka.publisher()), progress);
  }

  /** All completed jobs, in the order of completion. */
  completedJobs(): Promise<Completed[]> {
    return query<Completed>(this.url, completedJobs);
  }

  async row(seconds: number): Promise<Row> {
    const { consumers, publisher, progress } = this;
    const { size } = consumers;
    const fullLoad = (milliseconds: number): Promise<void> =>
      publisher.fullLoad(inProgress * size, () => consumers.completed, milliseconds);
    progress.next(`${size} consumers: warm-up`);
    await fullLoad(warmUp);
    progress.next(`${size} consumers: full load`);
    const processes = new Map([...consumers.processes, ...this.platform.processes]);
    const [from, end] = [Date.now(), measure(processes)];
    await fullLoad(seconds * 1_000);
    const [measured, to] = [end(), Date.now()];
    await this.#drain();
    const completed = (await this.completedJobs()).filter((job) => job.completedAt >= from && job.completedAt < to);
    const row = measured(completed.length);
    progress.next(`${size} consumers: steady rate`);
    const steadyFrom = Date.now();
    await publisher.steadyRate(row.perSecond * steadyShare, lasting(seconds * 1_000));
    await this.#drain();
    const waits = await this.#waits(steadyFrom, Date.now());
    return { ...row, consumers: size, p50: quantile(waits, 0.5), p99: quantile(waits, 0.99) };
  }

  /** Changes the group while jobs arrive at a steady rate. */
  async change(what: string, perSecond: number, action: () => Promise<void>): Promise<Change> {
    const { consumers, publisher, progress } = this;
    progress.next(what);
    await publisher.steadyRate(perSecond, lasting(margin));
    const from = Date.now();
    let to = Number.POSITIVE_INFINITY;
    const act = async (): Promise<number> => {
      await action().finally(() => (to = Date.now() + margin));
      return to - margin - from;
    };
    const [assignedAfter] = await Promise.all([act(), publisher.steadyRate(perSecond, () => Date.now() < to)]);
    const pause = longestGap(consumers.receivedAt, from, to);
    await this.#drain();
    const slowest = Math.max(...(await this.#waits(from, to)));
    log(`${what}: assigned after ${assignedAfter} ms, pause ${pause} ms, slowest job ${Math.round(slowest)} ms`);
    return { what, assignedAfter, pause, slowest };
  }

  /** Waits until every published job is completed. */
  async #drain(): Promise<void> {
    const { consumers, publisher, progress } = this;
    progress.next('completing everything');
    const isDrained = async (): Promise<boolean> => {
      consumers.check();
      const [row] = await query<{ count: number }>(this.url, 'select count(*)::int as count from bench_completed');
      if (row!.count < publisher.sentAt.size) return false;
      consumers.completed = row!.count; // a killed consumer has not reported everything
      return true;
    };
    await waitUntil('every published job is completed', isDrained, drainTimeout);
  }

  /** How long the jobs took that were published between two times. */
  async #waits(from: number, to: number): Promise<number[]> {
    return (await this.completedJobs()).flatMap((job) => {
      const sent = this.publisher.sentAt.get(nameOf(job))!;
      return sent >= from && sent < to ? [job.completedAt - sent] : [];
    });
  }
}
