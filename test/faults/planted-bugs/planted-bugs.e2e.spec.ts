import { describe, expect, it } from '@jest/globals';
import { byExtent } from '../../extent.js';
import { bugs } from './bugs.js';
import { lateSuccessIgnored } from './late-success-ignored.js';
import type { PlantedBug } from './planted-bug.js';
import { runBug, wasCaught } from './run-bug.js';

/*
 * The checks must be able to fail. `npm test` plants one bug; that they are clean without it, it shows by all other tests of a shop. `npm run
 * test:long` plants all bugs, and runs each scenario without its bug too.
 */
const tried = byExtent<readonly PlantedBug[]>([lateSuccessIgnored], bugs);
const minutes = 60_000;
const log = (line: string): void => void process.stderr.write(`${line}\n`);

describe.each(tried.map((bug) => [bug.name, bug] as const))('%s', (_, bug) => {
  const found: [string, boolean] = [`is found by ${bug.foundBy}`, true];
  const clean: [string, boolean] = ['is the only thing found: without it, the same scenario is clean', false];

  it.each(byExtent([found], [found, clean]))(
    '%s',
    async (_title, planted) => {
      const verdict = await runBug(bug, { planted, log });
      expect({ caught: wasCaught(bug, verdict), found: verdict.found }).toMatchObject(
        planted ? { caught: true } : { caught: false, found: [] },
      );
    },
    10 * minutes,
  );
});
