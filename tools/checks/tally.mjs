import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Refusal } from '../platform/preflight/refusal.mjs';

export const root = join(fileURLToPath(import.meta.url), '../../..');

export const seconds = (since) => `${((Date.now() - since) / 1000).toFixed(1)} s`;

/**
 * Runs one part after the other, whatever becomes of each but a Refusal, and closes with the line `N passed, N failed`, in
 * which a check counts as one. The exit code is 0 only when nothing failed and something passed.
 */
export async function runAll(parts) {
  let passed = 0;
  let failed = 0;
  for (const part of parts) {
    try {
      const tally = await part();
      passed += tally?.passed ?? 0;
      failed += tally?.failed ?? 0;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      process.stdout.write(`${error.message}\n`);
      failed += 1;
      break;
    }
  }
  process.stdout.write(`${passed} passed, ${failed} failed\n`);
  process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
}
