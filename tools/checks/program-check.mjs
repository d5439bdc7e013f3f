import { join } from 'node:path';
import { withProgress } from '../platform/preflight/progress.mjs';
import { run } from '../platform/preflight/run.mjs';
import { root, seconds } from './run-checks.mjs';

/** A check that runs a program of the project with Node, and prints its output and result. */
export const programCheck =
  (name, file, ...args) =>
  async () => {
    const started = Date.now();
    const { code, output } = await withProgress(name, () =>
      run(process.execPath, [join(root, file), ...args], { cwd: root }),
    );
    const failed = code !== 0;
    const text = output.trim();
    process.stdout.write(`${text ? `${text}\n` : ''}${failed ? 'FAIL' : 'ok  '} ${name} (${seconds(started)})\n`);
    return failed ? { passed: 0, failed: 1 } : { passed: 1, failed: 0 };
  };
