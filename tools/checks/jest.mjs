import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { missingPrograms } from './optional-programs.mjs';
import { root, seconds } from './run-checks.mjs';

/** The longest time between jest's results and its exit. After it, a test has left something open, and jest is killed. */
const exitTimeoutMs = 20_000;

/** More workers than cores where tests mostly wait: for timeouts of sessions, leases and statements. */
const defaultWorkers = { integration: 4 };

/** Of the kinds whose tests may need a program that is not there. */
const suffixes = { integration: '.int.spec.ts', journeys: '.e2e.spec.ts' };

/** Runs one project of jest.config.js and counts its tests. A file that cannot be loaded counts as a failure. */
export async function jest(project, { workers = defaultWorkers[project] } = {}) {
  const started = Date.now();
  const folder = mkdtempSync(join(tmpdir(), 'tradewind-results-'));
  try {
    const results = join(folder, 'results.json');
    process.stdout.write(`${project} tests ...\n`);
    for (const line of missingPrograms(suffixes[project] ?? '-')) process.stdout.write(`note: ${line}\n`);
    const code = await exitOf(
      [
        '--experimental-vm-modules',
        '--disable-warning=ExperimentalWarning',
        join(root, 'node_modules/jest/bin/jest.js'),
        `--selectProjects=${project}`,
        ...(workers === undefined ? [] : [`--maxWorkers=${workers}`]),
        '--json',
        `--outputFile=${results}`,
      ],
      results,
    );
    const counts = count(code, existsSync(results) ? JSON.parse(readFileSync(results, 'utf8')) : undefined);
    process.stdout.write(
      `${counts.failed === 0 ? 'ok  ' : 'FAIL'} ${project} tests: ${counts.passed} passed, ${counts.failed} failed (${seconds(started)})\n`,
    );
    return counts;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The counts of jest's exit code and results. No results, no test, and an exit code without a failed test count as one failure. */
export function count(code, results) {
  const passed = results?.numPassedTests ?? 0;
  const failed = (results?.numFailedTests ?? 0) + (results?.numRuntimeErrorTestSuites ?? 0);
  return { passed, failed: failed === 0 && (code !== 0 || passed === 0) ? 1 : failed };
}

function exitOf(args, results) {
  const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  let writtenAt;
  const watch = setInterval(() => {
    if (writtenAt === undefined && existsSync(results)) writtenAt = Date.now();
    if (writtenAt === undefined || Date.now() - writtenAt < exitTimeoutMs) return;
    process.stdout.write(
      'the tests have ended, but jest does not exit: a test left a connection, server or timer open\n',
    );
    child.kill('SIGKILL');
  }, 1_000);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  }).finally(() => clearInterval(watch));
}
