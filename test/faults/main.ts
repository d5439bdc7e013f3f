import { writeFileSync } from 'node:fs';
import { Command, InvalidArgumentError } from 'commander';
import type { Fault } from './ground/fault.js';
import type { Extent } from './ground/stage.js';
import { playFaults } from './run/play-faults.js';
import { playPlanted } from './run/play-planted.js';
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

const say = (line: string): void => void process.stdout.write(`${line}\n`);

const program = new Command('npm run faults --')
  .description(
    'Breaks a shop that trades in every way that docs/guarantees.md names, and has the audit judge what is left.',
  )
  .option('--only <ids>', 'only these, as F06,F14', ids)
  .option(
    '--seed <number>',
    'repeats a run: who is hit and when, what is bought',
    wholeNumber,
    Math.floor(Math.random() * 1_000_000),
  )
  .option('--minutes <number>', 'begin no fault after so many', wholeNumber, 55)
  .option('--short', 'only a taste of each, as in the tests')
  .option('--full', 'the counts of docs/guarantees.md; takes hours')
  .option('--planted', 'the other way round: plants thirteen bugs, each of which a check must find; names may follow')
  .argument('[words...]', 'with --planted: only bugs whose names hold one of these')
  .option('--list', 'name them and do nothing')
  .option('--report <file>', 'write the results there as JSON, and as a table in Markdown beside it')
  .parse();
const flags = program.opts<Flags>();

const chosen = flags.only ? faults.filter(({ id }) => flags.only!.includes(id)) : faults;

process.exitCode = flags.list ? list() : flags.planted ? await plant(program.args) : await run();
process.exit();

function list(): number {
  for (const { id, title, layout } of chosen) say(`${id.padEnd(5)} ${title} (${layout})`);
  return 0;
}

async function plant(words: readonly string[]): Promise<number> {
  const proofs = await playPlanted(words, flags.seed, say);
  say('');
  for (const { bug, foundBy, proven, seconds } of proofs)
    say(
      `${proven ? 'caught  ' : 'NOT PROVEN'} ${bug}: ${foundBy.join(', ') || 'found by nobody'} (${seconds.toFixed(0)} s)`,
    );
  return proofs.length > 0 && proofs.every(({ proven }) => proven) ? 0 : 1;
}

async function run(): Promise<number> {
  const extent: Extent = flags.full ? 'full' : flags.short ? 'short' : 'usual';
  const since = performance.now();
  const interruption = new AbortController();
  process.once('SIGINT', () => {
    say('no further fault is begun; the one under way is played to its end (Ctrl-C once more leaves at once)');
    interruption.abort();
  });
  say(`${chosen.length} faults, seed ${flags.seed}, ${extent} extent`);
  const { results, left } = await playFaults({
    faults: chosen,
    seed: flags.seed,
    extent,
    within: flags.full ? Infinity : flags.minutes * 60_000,
    say,
    signal: interruption.signal,
  });
  say('');
  for (const line of tableOf(results)) say(line);
  const bad = results.filter(({ violations }) => violations.length > 0);
  for (const { id, title } of left) say(`not played: ${id} ${title}`);
  say(
    `${results.length} faults played, ${bad.length} with violations, ${left.length} not played, in ${((performance.now() - since) / 60_000).toFixed(1)} minutes; again: npm run faults -- --seed ${flags.seed}`,
  );
  if (flags.report) {
    writeFileSync(
      flags.report,
      `${JSON.stringify({ seed: flags.seed, extent, results, left: left.map(({ id }) => id) }, undefined, 1)}\n`,
    );
    writeFileSync(`${flags.report}.md`, `${markdownOf(results).join('\n')}\n`);
  }
  return bad.length > 0 || left.length > 0 ? 1 : 0;
}

function ids(text: string): readonly string[] {
  const named = text.split(',').map((part) => part.trim());
  const unknown = named.filter((id) => !faults.some((fault: Fault) => fault.id === id));
  if (unknown.length > 0)
    throw new InvalidArgumentError(
      `there is no fault ${unknown.join(', ')}; there are ${faults.map(({ id }) => id).join(', ')}`,
    );
  return named;
}

function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('expected a whole number');
  return Number(text);
}
