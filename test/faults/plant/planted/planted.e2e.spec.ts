import { describe, expect, it } from '@jest/globals';
import { bugs } from './bugs.js';
import { lateSuccessIgnored } from './late-success-ignored.js';
import { runPlanted, wasCaught } from './run-planted.js';

/*
 * The checks must be able to fail. By default one bug, so that the tests stay short; all of them:
 *   TRADEWIND_BUGS=all npm run journeys -- planted
 */
const all = process.env['TRADEWIND_BUGS'] === 'all';
const minutes = 60_000;
const say = (line: string): void => void process.stderr.write(`${line}\n`);

describe.each((all ? bugs : [lateSuccessIgnored]).map((bug) => [bug.name, bug] as const))('%s', (_, bug) => {
  it(
    `is found by ${bug.foundBy}`,
    async () => {
      const verdict = await runPlanted(bug, { planted: true, say });
      expect({ caught: wasCaught(bug, verdict), found: verdict.found }).toMatchObject({ caught: true });
    },
    10 * minutes,
  );
  it(
    'is what was found: without it the same leaves nothing to find',
    async () => {
      expect((await runPlanted(bug, { planted: false, say })).found).toEqual([]);
    },
    10 * minutes,
  );
});
