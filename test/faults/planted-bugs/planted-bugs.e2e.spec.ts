import { describe, expect, it } from '@jest/globals';
import { byExtent } from '../../extent.js';
import { bugs } from './bugs.js';
import { lateSuccessIgnored } from './late-success-ignored.js';
import type { PlantedBug } from './planted-bug.js';
import { runBug, wasCaught } from './run-bug.js';

/* The checks must be able to fail. `npm test` plants one bug, `npm run test:long` all of them. */
const planted = byExtent<readonly PlantedBug[]>([lateSuccessIgnored], bugs);
const minutes = 60_000;
const log = (line: string): void => void process.stderr.write(`${line}\n`);

describe.each(planted.map((bug) => [bug.name, bug] as const))('%s', (_, bug) => {
  it(
    `is found by ${bug.foundBy}`,
    async () => {
      const verdict = await runBug(bug, { planted: true, log });
      expect({ caught: wasCaught(bug, verdict), found: verdict.found }).toMatchObject({ caught: true });
    },
    10 * minutes,
  );
  it(
    'is the only thing found: without it, the same scenario is clean',
    async () => {
      expect((await runBug(bug, { planted: false, log })).found).toEqual([]);
    },
    10 * minutes,
  );
});
