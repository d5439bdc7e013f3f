import { setTimeout as pause } from 'node:timers/promises';
import { Case } from './case.js';
import type { ContenderName } from './contenders/contender.js';
import { faults, type Fault, type FaultName } from './faults.js';
import { judge, type Verdict } from './judge.js';
import type { Servers } from './servers.js';
import { Topics } from './topics.js';

/** What a fault did to one contender. */
export interface Outcome extends Verdict {
  readonly transfers: number;
  /** Seconds from the end of the fault until every transfer was applied and followed up, or dead-lettered; of the last progress otherwise. */
  readonly secondsAfter: number;
  /** Whether it still made progress when the wait ended. */
  readonly isUnfinished?: true;
}

/** Milliseconds without any progress after which what is not done counts as blocked. */
const silence = 40_000;
/** Milliseconds of the longest wait for a contender that makes progress. */
const longest = 150_000;

/** Does a fault to all contenders at the same time, waits until they are done or stuck, and judges them. */
export async function runFault(
  servers: Servers,
  fault: FaultName,
  names: readonly ContenderName[],
  report: (state: string) => void,
): Promise<Partial<Record<ContenderName, Outcome>>> {
  const topics = new Topics(servers.brokers);
  const { run, notFor = [] }: Fault = faults[fault];
  const able = names.filter((name) => !notFor.includes(name));
  const cases = await Promise.all(able.map((name) => Case.open(servers, topics, name, fault)));
  await run(cases, servers);
  const overAt = performance.now();
  const steps = new Map<ContenderName, string>();
  const settled = await Promise.all(
    cases.map((one) =>
      settle(one, (step) => report([...steps.set(one.name, step)].map(([name, at]) => `, ${name}: ${at}`).join(''))),
    ),
  );
  const records = await topics.read(cases.flatMap(({ place }) => [place.transfers, place.balances]));
  const outcomes: Partial<Record<ContenderName, Outcome>> = {};
  for (const [index, one] of cases.entries()) {
    const evidence = await one.evidence(records);
    const { lastAt, isUnfinished } = settled[index]!;
    const secondsAfter = Math.max(0, (lastAt - overAt) / 1_000);
    outcomes[one.name] = {
      ...judge(evidence),
      transfers: evidence.stored.length,
      secondsAfter,
      ...(isUnfinished && { isUnfinished }),
    };
  }
  await Promise.all(cases.map((one) => one.close()));
  await topics.remove(cases.flatMap(({ place }) => [place.transfers, place.balances]));
  return outcomes;
}

/** Waits until a contender is done, or makes no progress any more. Returns when it made the last progress, and whether it was still making some. */
async function settle(
  one: Case,
  report: (step: string) => void,
): Promise<{ readonly lastAt: number; readonly isUnfinished: boolean }> {
  const startedAt = performance.now();
  let [steps, since] = [-1, startedAt];
  for (;;) {
    const progress = await one.progress();
    report(progress.isComplete ? 'done' : `${progress.done} of ${progress.stored}`);
    if (progress.steps !== steps) [steps, since] = [progress.steps, performance.now()];
    const isUnfinished = performance.now() - startedAt > longest;
    if (progress.isComplete || performance.now() - since > silence || isUnfinished)
      return { lastAt: since, isUnfinished: isUnfinished && !progress.isComplete };
    await pause(500);
  }
}
