import { load as machineLoad, watchProcessors } from '../ground/machine.js';
import { spentBetween, useOf } from '../ground/processes.js';
import { quantile } from '../ground/quantile.js';
import { Asker } from './asker.js';
import type { Question } from './questions.js';

export interface Plan {
  /** Requests in flight while as much is asked as can be answered, and requests a second while it is steady. */
  readonly inFlight: number;
  readonly perSecond: number;
  /** Of each of the two. */
  readonly seconds: number;
}

/** What came of asking at one address. */
export interface Figures {
  /** Answers, with so many requests in flight. */
  readonly perSecond: number;
  /** Microseconds on processors a request then, by process; `asking` is whoever asks. */
  readonly cpu: Readonly<Record<string, number>>;
  /** Milliseconds from a request to its answer, at the steady rate. */
  readonly p50: number;
  readonly p99: number;
  /** Of all processors while as much was asked as could be answered, from 0 to 1. */
  readonly busy: number;
  readonly machineLoad: number;
}

/** The two ways to a service. */
export const ways = ['service', 'gateway'] as const;
export type Way = (typeof ways)[number];

/** What was measured of one question in one round, by both ways one after the other. */
export type Round = Readonly<Record<Way, Figures>>;

/** Milliseconds in which connections are opened and programs are still being compiled. */
const warmUp = 2_000;

/** Asks one question at one address: as much as can be answered, then at a steady rate. `processes` are those that have to do with it. */
export async function measureWay(
  question: Question,
  origin: string,
  token: string,
  processes: ReadonlyMap<string, number>,
  { inFlight, perSecond, seconds }: Plan,
): Promise<Figures> {
  const asker = new Asker(question, origin, inFlight, token);
  try {
    await asker.filling(warmUp);
    const [before, processors, from, own] = [
      useOf(processes),
      watchProcessors(),
      performance.now(),
      process.cpuUsage(),
    ];
    const answered = await asker.filling(seconds * 1_000);
    const [to, busy, after, { user, system }] = [
      performance.now(),
      processors(),
      useOf(processes),
      process.cpuUsage(own),
    ]; // this process's children are the shop
    const waits = await asker.steadily(perSecond, seconds * 1_000);
    return {
      perSecond: answered / ((to - from) / 1_000),
      cpu: Object.fromEntries(
        [...spentBetween(before, after), ['asking', user + system] as const].map(([name, spent]) => [
          name,
          spent / answered,
        ]),
      ),
      p50: quantile(waits, 0.5),
      p99: quantile(waits, 0.99),
      busy,
      machineLoad: machineLoad(),
    };
  } finally {
    await asker.close();
  }
}
