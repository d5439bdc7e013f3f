import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CommandError } from '../platform/preflight/command-error.mjs';

/** @typedef {{ passed: number, failed: number }} Counts */
/** @typedef {() => unknown} Check a function that may return counts; a thrown CommandError ends the run */

export const root = join(fileURLToPath(import.meta.url), '../../..');

export const seconds = (since) => `${((Date.now() - since) / 1000).toFixed(1)} s`;

/** A check that runs sequences of checks concurrently, one for each processor core. */
export const concurrently =
  (...sequences) =>
  async () =>
    sum(await Promise.all(sequences.map(runSequence)));

/**
 * Runs the checks one after another, also after a failed one, and prints `N passed, N failed`; a check counts as one. The exit code is 0
 * only when nothing failed and something passed.
 * @param {Check[]} checks
 */
export async function runAll(checks) {
  const { passed, failed } = await runSequence(checks);
  process.stdout.write(`${passed} passed, ${failed} failed\n`);
  process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
}

/** @returns {Promise<Counts>} */
export async function runSequence(checks) {
  const counts = [];
  for (const check of checks) {
    try {
      counts.push((await check()) ?? { passed: 0, failed: 0 });
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      process.stdout.write(`${error.message}\n`);
      counts.push({ passed: 0, failed: 1 });
      break;
    }
  }
  return sum(counts);
}

const sum = (counts) => ({
  passed: counts.reduce((total, { passed }) => total + passed, 0),
  failed: counts.reduce((total, { failed }) => total + failed, 0),
});
