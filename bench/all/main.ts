import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { stopProcess } from '../environment/child.js';
import { closeAtExit, isStopping, runToExit } from '../environment/cleanup.js';
import { log } from '../environment/log.js';
import { someOf } from '../frame/options.js';
import { benches, type BenchCommand } from './benches.js';

/** Milliseconds for a bench to close its Kafka, its PostgreSQL and its services. */
const stopTimeout = 90_000;

const only = someOf(
  benches.map(({ name }) => name),
  benches.map(({ name }) => name),
);
const options = new Command('npm run bench --')
  .description('Runs all benches one after another, and stops at the first that fails.')
  .option('--only <names>', only.description, only.parse, only.initial)
  .option('--report <folder>', 'write all reports there (default: a temporary folder, printed at the end)')
  .addHelpText('after', '\nExit code 0: every bench had exit code 0.')
  .parse()
  .opts<{ readonly only: readonly string[]; readonly report?: string }>();

await runToExit(async () => {
  const folder = resolve(options.report ?? mkdtempSync(join(tmpdir(), 'tradewind-bench-')));
  const since = performance.now();
  const minutes = (): string => `${((performance.now() - since) / 60_000).toFixed(1)} minutes`;
  for (const [index, name] of options.only.entries()) {
    const bench = benches.find((each) => each.name === name)!;
    log(`\n== ${index + 1} of ${options.only.length}, ${name}, after ${minutes()}`);
    const result = await run(bench, folder);
    if (result === 0) continue;
    const command = `npm run bench:${name} -- ${bench.args.join(' ')}`;
    if (!isStopping()) log(`\n${name} has failed (${result}); to repeat: ${command}; earlier reports are in ${folder}`);
    return 1;
  }
  log(`\n${options.only.join(', ')}: done in ${minutes()}; the reports are in ${folder}`);
  return 0;
});

/** Runs a bench in a process group of its own, so that Ctrl-C reaches it only through this process, which waits for it. */
async function run({ name, args }: BenchCommand, folder: string): Promise<0 | string> {
  const file = fileURLToPath(new URL(`../${name}/main.js`, import.meta.url));
  const child = fork(file, [...args, '--report', folder], { detached: true });
  const stop = closeAtExit(() => stopProcess(child, stopTimeout));
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  await stop();
  return code === 0 ? 0 : (signal ?? `exit code ${code}`);
}
