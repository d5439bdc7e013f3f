import type { Crew } from './crew.js';
import type { Ground } from './ground.js';
import { abreast, callMs } from './job.js';
import { quantile } from '../ground/quantile.js';
import { jobOf, longestGap, type Done } from './judge.js';
import type { Load } from './load.js';
import { load as machineLoad, processorCount, watchProcessors } from '../ground/machine.js';
import { spentBetween, useOf } from '../ground/processes.js';
import type { Progress } from '../ground/progress.js';
import { until } from '../ground/until.js';

/** What so many consumers did. */
export interface Row {
  readonly consumers: number;
  /** With as much to do as they could do. */
  readonly perSecond: number;
  /** At seven tenths of that: milliseconds from the publication of a job until its effect was settled. */
  readonly p50: number;
  readonly p99: number;
  /** Of all processors, while they had all they could do, and what of all processors was ours: consumers, broker and database. */
  readonly busy: number;
  readonly ours: number;
  /** Microseconds on processors a message, of the consumers, the broker and the database together. */
  readonly cpu: number;
  readonly machineLoad: number;
}

/** What a change among the consumers cost. */
export interface Change {
  readonly what: string;
  /** Milliseconds until the partitions were shared out among those who were left, or had come. */
  readonly sharedAfter: number;
  /** The longest time in which no consumer was handed a record. */
  readonly pause: number;
  /** The job that waited longest, from its publication until its effect was settled. */
  readonly slowest: number;
}

/** What stands between us and the best that a consumer can do: the calls that it has under way, each as long as it takes. */
export const ceiling = (abreast * 1_000) / callMs;

/** Milliseconds: so long a fresh process is still compiling what it runs. */
const warmUpMs = 15_000;
/** Jobs under way for each consumer: more than a second's work, so that it never waits for the next. */
const underWay = 120;
const steadyShare = 0.7;
/** Milliseconds after a change in which its cost may still show. */
const aftermath = 5_000;
/** Milliseconds until what is under way must be done; a killed consumer's calls are begun again when their leases have run out. */
const drainMs = 120_000;

export interface Scene {
  readonly ground: Ground;
  readonly crew: Crew;
  readonly load: Load;
  readonly progress: Progress;
  readonly say: (line: string) => void;
}

export async function measureRow(scene: Scene, seconds: number): Promise<Row> {
  const { ground, crew, load, progress, say } = scene;
  const consumers = crew.size;
  const done = (): number => crew.settled;
  progress.next(`${consumers}: warming up`);
  await load.filling(underWay * consumers, done, warmUpMs);
  progress.next(`${consumers}: as much as they can do`);
  const processes = new Map([...crew.processes, ...ground.processes]);
  const [processors, before, from] = [watchProcessors(), useOf(processes), Date.now()];
  await load.filling(underWay * consumers, done, seconds * 1_000);
  const [busy, after, to, loadNow] = [processors(), useOf(processes), Date.now(), machineLoad()];
  await drain(scene);
  const messages = within(await ground.done(), from, to).length;
  const perSecond = messages / ((to - from) / 1_000);
  const spent = [...spentBetween(before, after).values()].reduce((sum, each) => sum + each, 0);
  progress.next(`${consumers}: at seven tenths of that`);
  const steadySince = Date.now();
  await load.steadily(perSecond * steadyShare, lasting(seconds * 1_000));
  await drain(scene);
  const waits = waitsOf(await ground.done(), load, steadySince, Date.now());
  const row: Row = {
    consumers,
    perSecond,
    p50: quantile(waits, 0.5),
    p99: quantile(waits, 0.99),
    busy,
    ours: spent / 1_000 / ((to - from) * processorCount),
    cpu: spent / messages,
    machineLoad: loadNow,
  };
  say(
    `${consumers}: ${perSecond.toFixed(1)} messages/s, p99 ${Math.round(row.p99)} ms, ${Math.round(row.cpu)} µs a message, processors ${Math.round(busy * 100)} % busy, ${Math.round(row.ours * 100)} % with this, load ${loadNow.toFixed(1)}`,
  );
  return row;
}

/** The crew changes as `deed` says, while jobs come at a steady rate. */
export async function measureChange(
  scene: Scene,
  what: string,
  perSecond: number,
  deed: () => Promise<void>,
): Promise<Change> {
  const { ground, crew, load, progress, say } = scene;
  progress.next(what);
  await load.steadily(perSecond, lasting(aftermath));
  const from = Date.now();
  let to = Number.POSITIVE_INFINITY;
  const [sharedAt] = await Promise.all([
    deed()
      .then(() => Date.now())
      .finally(() => (to = Date.now() + aftermath)),
    load.steadily(perSecond, () => Date.now() < to),
  ]);
  const pause = longestGap(crew.handedAt, from, to);
  await drain(scene);
  const slowest = Math.max(...waitsOf(await ground.done(), load, from, to));
  say(
    `${what}: shared out after ${sharedAt - from} ms, nothing was handed over for ${pause} ms at most, the slowest job took ${Math.round(slowest)} ms`,
  );
  return { what, sharedAfter: sharedAt - from, pause, slowest };
}

/** Until everything that was published is settled. */
async function drain({ ground, crew, load, progress }: Scene): Promise<void> {
  progress.next('what is under way ends');
  await until(
    'everything that was published is settled',
    async () => {
      crew.check();
      const count = await ground.countDone();
      if (count < load.sent) return false;
      crew.settled = count; // what a killed one could not tell any more
      return true;
    },
    drainMs,
  );
}

const lasting = (milliseconds: number): (() => boolean) => {
  const end = Date.now() + milliseconds;
  return () => Date.now() < end;
};

const within = (done: readonly Done[], from: number, to: number): Done[] =>
  done.filter(({ doneAt }) => doneAt >= from && doneAt < to);

/** How long the jobs waited that were published in a time. */
const waitsOf = (done: readonly Done[], { sentAt }: Load, from: number, to: number): number[] =>
  done.flatMap((job) => {
    const sent = sentAt.get(jobOf(job))!;
    return sent >= from && sent < to ? [job.doneAt - sent] : [];
  });
