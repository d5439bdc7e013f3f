import { writeFileSync } from 'node:fs';
import { Command, InvalidArgumentError } from 'commander';
import type { Fault } from './environment/fault.js';
import type { Extent } from './environment/scenario-context.js';
import { runFaults } from './run/run-faults.js';
import { runPlantedBugs } from './run/run-planted-bugs.js';
import { markdownOf, tableOf } from './run/table.js';
import { faults } from './scenarios/index.js';

interface Flags {
  readonly only?: readonly string[];
  readonly seed: number;
  readonly minutes: number;
  readonly short?: true;
  readonly full?: true;
  readonly list?: true;
  readonly planted?: true;
  readonly report?: string;
}

const log = (line: string): void => void process.stdout.write(`${line}\n`);

const program = new Command('npm run faults --')
  .description('Injects every fault of docs/guarantees.md into a shop that trades, and audits the result.')
  .option('--only <ids>', 'only these faults, for instance F06,F14', ids)
  .option(
    '--seed <number>',
    'the same seed repeats a run: faults, times, orders',
    wholeNumber,
    Math.floor(Math.random() * 1_000_000),
  )
  .option('--minutes <number>', 'start no fault after this many minutes', wholeNumber, 55)
  .option('--short', 'the small extent of the tests')
  .option('--full', 'the counts of docs/guarantees.md; takes hours')
  .option('--planted', 'plants bugs instead, each of which a check must find; names may follow')
  .argument('[names...]', 'with --planted: only bugs whose name contains one of these')
  .option('--list', 'list the faults and exit')
  .option('--report <file>', 'write the results to this file as JSON, and as a Markdown table next to it')
  .parse();
const flags = program.opts<Flags>();

const chosen = flags.only ? faults.filter(({ id }) => flags.only!.includes(id)) : faults;

process.exitCode = flags.list ? list() : flags.planted ? await runPlanted(program.args) : await run();
process.exit();

function list(): number {
  for (const { id, title, layout } of chosen) log(`${id.padEnd(5)} ${title} (${layout})`);
  return 0;
}

async function runPlanted(names: readonly string[]): Promise<number> {
  const proofs = await runPlantedBugs(names, flags.seed, log);
  log('');
  for (const { bug, foundBy, proven, seconds } of proofs)
    log(`${proven ? 'caught  ' : 'NOT PROVEN'} ${bug}: ${foundBy.join(', ') || 'not found'} (${seconds.toFixed(0)} s)`);
  return proofs.length > 0 && proofs.every(({ proven }) => proven) ? 0 : 1;
}

async function run(): Promise<number> {
  const extent: Extent = flags.full ? 'full' : flags.short ? 'short' : 'usual';
  const since = performance.now();
  const interruption = new AbortController();
  process.once('SIGINT', () => {
    log('interrupted: the running fault is finished, no other is started; Ctrl-C again exits at once');
    interruption.abort();
  });
  log(`${chosen.length} faults, seed ${flags.seed}, ${extent} extent`);
  const { results, notRun } = await runFaults({
    faults: chosen,
    seed: flags.seed,
    extent,
    startWithinMs: flags.full ? Infinity : flags.minutes * 60_000,
    log,
    signal: interruption.signal,
  });
  log('');
  for (const line of tableOf(results)) log(line);
  const bad = results.filter(({ violations }) => violations.length > 0);
  for (const { id, title } of notRun) log(`not run: ${id} ${title}`);
  log(
    `${results.length} faults, ${bad.length} with violations, ${notRun.length} not run, in ${((performance.now() - since) / 60_000).toFixed(1)} minutes; repeat: npm run faults -- --seed ${flags.seed}`,
  );
  if (flags.report) {
    writeFileSync(
      flags.report,
      `${JSON.stringify({ seed: flags.seed, extent, results, notRun: notRun.map(({ id }) => id) }, undefined, 1)}\n`,
    );
    writeFileSync(`${flags.report}.md`, `${markdownOf(results).join('\n')}\n`);
  }
  return bad.length > 0 || notRun.length > 0 ? 1 : 0;
}

function ids(text: string): readonly string[] {
  const named = text.split(',').map((part) => part.trim());
  const unknown = named.filter((id) => !faults.some((fault: Fault) => fault.id === id));
  if (unknown.length > 0)
    throw new InvalidArgumentError(
      `unknown fault ${unknown.join(', ')}; known are ${faults.map(({ id }) => id).join(', ')}`,
    );
  return named;
}

function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('expected a whole number');
  return Number(text);
}
