import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root, seconds } from './tally.mjs';

/** How long jest may take to go away once it has written its results: what stays longer was left open by a test. */
const farewell = 20_000;

/** Runs one project of jest.config.js and counts. A file that can't be loaded is a failure, and so is a run without a test. */
export async function jest(project) {
  const started = Date.now();
  const folder = mkdtempSync(join(tmpdir(), 'tradewind-results-'));
  try {
    const results = join(folder, 'results.json');
    process.stdout.write(`${project} tests ...\n`);
    const code = await exitOf(
      [
        '--experimental-vm-modules',
        '--disable-warning=ExperimentalWarning',
        join(root, 'node_modules/jest/bin/jest.js'),
        `--selectProjects=${project}`,
        '--json',
        `--outputFile=${results}`,
      ],
      results,
    );
    const tally = count(code, existsSync(results) ? JSON.parse(readFileSync(results, 'utf8')) : undefined);
    process.stdout.write(
      `${tally.failed === 0 ? 'ok  ' : 'FAIL'} ${project} tests: ${tally.passed} passed, ${tally.failed} failed (${seconds(started)})\n`,
    );
    return tally;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What jest's exit code and results come to; no results, no test or an exit code without a failure count as one failure. */
export function count(code, results) {
  const passed = results?.numPassedTests ?? 0;
  const failed = (results?.numFailedTests ?? 0) + (results?.numRuntimeErrorTestSuites ?? 0);
  return { passed, failed: failed === 0 && (code !== 0 || passed === 0) ? 1 : failed };
}

function exitOf(args, results) {
  const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  let written;
  const watch = setInterval(() => {
    if (written === undefined && existsSync(results)) written = Date.now();
    if (written === undefined || Date.now() - written < farewell) return;
    process.stdout.write(
      'the tests have ended, but something that they left open keeps jest alive: a connection, a server or a timer\n',
    );
    child.kill('SIGKILL');
  }, 1_000);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  }).finally(() => clearInterval(watch));
}
