import { join } from 'node:path';
import { withProgress } from '../platform/preflight/progress.mjs';
import { run } from '../platform/preflight/run.mjs';
import { root, seconds } from './tally.mjs';

/** Runs a program of the project as one check, and says how it ended. */
export async function stage(name, file, ...args) {
  const started = Date.now();
  const { code, output } = await withProgress(name, () =>
    run(process.execPath, [join(root, file), ...args], { cwd: root }),
  );
  if (output.trim()) process.stdout.write(`${output.trim()}\n`);
  process.stdout.write(`${code === 0 ? 'ok  ' : 'FAIL'} ${name} (${seconds(started)})\n`);
  return code === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}
