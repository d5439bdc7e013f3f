import { availableParallelism } from 'node:os';
import { plantedBugs } from './planted-bugs/planted-bugs.js';
import { readCommandLine, usage, type RunMode } from './run/command-line.js';
import { failureOf, progressOf, summaryOf } from './run/report.js';
import { addTo, noTotals, type Totals } from './run/seed-result.js';
import { simulate } from './run/simulate.js';
import { runSeeds } from './run/workers.js';

/* Simulates the whole shop for one or many seeds. Exits with 1 when a promise is broken. */

const print = (text: string): void => void process.stdout.write(`${text}\n`);
const secondsSince = (start: number): number => (performance.now() - start) / 1_000;
/** Seconds between two progress lines. */
const progressInterval = 5;

async function runMany({ from, seeds, workers }: Extract<RunMode, { mode: 'many' }>): Promise<boolean> {
  const start = performance.now();
  let totals: Totals = noTotals;
  let lastProgress = 0;
  await runSeeds(
    Array.from({ length: seeds }, (_, at) => from + at),
    workers,
    (result) => {
      totals = addTo(totals, result);
      if (result.violations.length > 0) print(failureOf(result));
      if (secondsSince(start) < lastProgress + progressInterval) return;
      lastProgress = secondsSince(start);
      print(progressOf(totals, seeds, lastProgress));
    },
  );
  print(`\n${summaryOf(totals, secondsSince(start))}`);
  return totals.failed.length === 0;
}

async function runOne({ seed, trace }: Extract<RunMode, { mode: 'one' }>): Promise<boolean> {
  const start = performance.now();
  const result = await simulate(seed, trace ? { onTrace: print } : {});
  print(result.violations.length > 0 ? failureOf(result) : `seed ${seed} keeps every promise`);
  print(`trace ${result.traceHash}\n\n${summaryOf(addTo(noTotals, result), secondsSince(start))}`);
  return result.violations.length === 0;
}

/** On the PostgreSQL and Kafka of the integration tests. */
async function runOnRealPorts({ from, scenarios }: Extract<RunMode, { mode: 'real' }>): Promise<boolean> {
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
      Array.from({ length: scenarios }, (_, at) => from + at),
      print,
    );
  } finally {
    await stop!.default();
  }
}

/** Fails when no seed finds a planted bug. */
async function runPlantedBugs({ seeds }: Extract<RunMode, { mode: 'planted' }>): Promise<boolean> {
  let notFound = 0;
  for (const [bug, decoratePorts] of Object.entries(plantedBugs)) {
    let violation: string | undefined;
    let seed = 0;
    while (violation === undefined && seed < seeds)
      [violation] = (await simulate(++seed, { decoratePorts })).violations;
    if (violation === undefined) notFound++;
    print(
      violation === undefined
        ? `not found within ${seeds} seeds: ${bug}`
        : `found with seed ${seed}: ${bug}: ${violation}`,
    );
  }
  return notFound === 0;
}

function run(mode: RunMode): Promise<boolean> {
  switch (mode.mode) {
    case 'many':
      return runMany(mode);
    case 'one':
      return runOne(mode);
    case 'real':
      return runOnRealPorts(mode);
    case 'planted':
      return runPlantedBugs(mode);
    case 'help':
      print(usage);
      return Promise.resolve(true);
  }
}

try {
  process.exitCode = (await run(readCommandLine(process.argv.slice(2), availableParallelism()))) ? 0 : 1;
} catch (error) {
  if (!(error instanceof RangeError || (error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS'))) throw error;
  print(`${(error as Error).message}\n\n${usage}`);
  process.exitCode = 2;
}
