import { availableParallelism } from 'node:os';
import { plantedBugs } from './plant/planted-bugs.js';
import { readCommandLine, usage, type Wish } from './run/command-line.js';
import { counted, emptyTally, type Tally } from './run/outcome.js';
import { failureOf, progressOf, summaryOf } from './run/report.js';
import { simulate } from './run/simulate.js';
import { runSeeds } from './run/workers.js';

/* Plays seeds of the whole shop. Ends with 1 when a promise was broken. */

const say = (text: string): void => void process.stdout.write(`${text}\n`);
const seconds = (since: number): number => (performance.now() - since) / 1_000;

async function many({ from, seeds, workers }: Extract<Wish, { what: 'many' }>): Promise<boolean> {
  const began = performance.now();
  let tally: Tally = emptyTally;
  let told = 0;
  await runSeeds(
    Array.from({ length: seeds }, (_, at) => from + at),
    workers,
    (outcome) => {
      tally = counted(tally, outcome);
      if (outcome.violations.length > 0) say(failureOf(outcome));
      if (seconds(began) < told + 5) return;
      told = seconds(began);
      say(progressOf(tally, seeds, told));
    },
  );
  say(`\n${summaryOf(tally, seconds(began))}`);
  return tally.failed.length === 0;
}

async function one({ seed, trace }: Extract<Wish, { what: 'one' }>): Promise<boolean> {
  const began = performance.now();
  const outcome = await simulate(seed, trace ? { onTrace: say } : {});
  say(outcome.violations.length > 0 ? failureOf(outcome) : `seed ${seed} keeps every promise`);
  say(`trace ${outcome.traceHash}\n\n${summaryOf(counted(emptyTally, outcome), seconds(began))}`);
  return outcome.violations.length === 0;
}

/** On the PostgreSQL and Kafka that the tests start for themselves. */
async function real({ from, schedules }: Extract<Wish, { what: 'real' }>): Promise<boolean> {
  const [start, stop] = await Promise.all(
    ['start', 'stop'].map(
      async (name) =>
        (await import(new URL(`../../../tools/platform/jest/${name}.mjs`, import.meta.url).href)) as {
          default: () => Promise<void>;
        },
    ),
  );
  await start!.default();
  try {
    const { compareOnRealPorts } = await import('./real/compare.js');
    return await compareOnRealPorts(
      Array.from({ length: schedules }, (_, at) => from + at),
      say,
    );
  } finally {
    await stop!.default();
  }
}

/** The other way round: a bug that no seed finds is the failure. */
async function planted({ seeds }: Extract<Wish, { what: 'planted' }>): Promise<boolean> {
  let survivors = 0;
  for (const [bug, tamper] of Object.entries(plantedBugs)) {
    let found: string | undefined;
    let seed = 0;
    while (found === undefined && seed < seeds) [found] = (await simulate(++seed, { tamper })).violations;
    if (found === undefined) survivors++;
    say(
      found === undefined
        ? `survives ${seeds} seeds: a shop in which ${bug}`
        : `found with seed ${seed}: a shop in which ${bug}: ${found}`,
    );
  }
  return survivors === 0;
}

function played(wish: Wish): Promise<boolean> {
  switch (wish.what) {
    case 'many':
      return many(wish);
    case 'one':
      return one(wish);
    case 'real':
      return real(wish);
    case 'planted':
      return planted(wish);
  }
}

try {
  const wish = readCommandLine(process.argv.slice(2), availableParallelism());
  process.exitCode = (await played(wish)) ? 0 : 1;
} catch (error) {
  if (!(error instanceof RangeError || (error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS'))) throw error;
  say(`${(error as Error).message}\n\n${usage}`);
  process.exitCode = 2;
}
