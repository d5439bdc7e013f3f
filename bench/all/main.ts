import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command, InvalidArgumentError } from 'commander';
import { hold, isEnding, runBench } from '../ground/bench-life.js';
import { endChild } from '../ground/end-child.js';
import { say } from '../ground/say.js';
import { benches, type Bench } from './benches.js';

interface Flags {
  readonly only: readonly Bench[];
  readonly report?: string;
}

/** Milliseconds that a measurement has to end its Kafka, its PostgreSQL and its services in. */
const closingWithin = 90_000;

const flags = new Command('npm run bench --')
  .description('Runs all measurements one after another, and ends with the first that fails.')
  .option('--only <names>', `of ${benches.map(({ name }) => name).join(', ')}`, named, benches)
  .option('--report <folder>', 'write all reports there (default: a temporary folder, which is named at the end)')
  .addHelpText('after', '\nExit code 0: every measurement that was run has exit code 0.')
  .parse()
  .opts<Flags>();

await runBench(run);

async function run(): Promise<number> {
  const folder = resolve(flags.report ?? mkdtempSync(join(tmpdir(), 'tradewind-bench-')));
  const since = performance.now();
  for (const [index, bench] of flags.only.entries()) {
    const far = `${index + 1} of ${flags.only.length}, ${bench.name}`;
    say(`\n== ${far}, after ${minutes(since)}`);
    const ended = await play(bench, folder);
    if (ended !== 0) {
      if (!isEnding())
        say(
          `\n${bench.name} has failed (${ended}); again: npm run bench:${bench.name} -- ${bench.args.join(' ')}; the reports until then are in ${folder}`,
        );
      return 1;
    }
  }
  say(
    `\n${flags.only.map(({ name }) => name).join(', ')}: measured in ${minutes(since)}; the reports are in ${folder}`,
  );
  return 0;
}

/** In a group of its own: Ctrl-C reaches it by way of this process alone, which waits until it has closed everything. */
async function play({ name, args }: Bench, folder: string): Promise<0 | string> {
  const child = fork(fileURLToPath(new URL(`../${name}/main.js`, import.meta.url)), [...args, '--report', folder], {
    detached: true,
  });
  const end = hold(() => endChild(child, closingWithin));
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  await end();
  return code === 0 ? 0 : (signal ?? `exit code ${code}`);
}

function minutes(since: number): string {
  return `${((performance.now() - since) / 60_000).toFixed(1)} minutes`;
}

function named(text: string): readonly Bench[] {
  return text.split(',').map((part) => {
    const found = benches.find(({ name }) => name === part.trim());
    if (!found)
      throw new InvalidArgumentError(
        `there is no "${part.trim()}"; there are ${benches.map(({ name }) => name).join(', ')}`,
      );
    return found;
  });
}
