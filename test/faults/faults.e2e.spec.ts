import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Ground } from './ground/ground.js';
import { runFault } from './run/run-fault.js';
import { detailsOf } from './run/table.js';
import { faults } from './scenarios/index.js';

/*
 * A taste of the faults, on a real shop with real processes; all of them, and more of each:
 *   npm run faults
 */
const seed = Number(process.env['TRADEWIND_SEED'] ?? 1);
const chosen = ['F02', 'F03', 'F04', 'F06', 'F09', 'F14', 'F16', 'F36'];
const minutes = 60_000;

describe('a shop under fire', () => {
  let ground: Ground;
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  beforeAll(async () => {
    ground = await Ground.open({ layout: 'usual', seed, say });
  }, 3 * minutes);
  afterAll(() => ground?.close(), minutes);

  it.each(faults.filter(({ id }) => chosen.includes(id)).map((fault) => [fault.id, fault.title, fault] as const))(
    '%s: nothing is lost, doubled or stuck, with %s',
    async (_id, _title, fault) => {
      const result = await runFault(ground, fault, 'short', say);
      for (const line of detailsOf(result)) say(line);
      expect({ ...result, violations: [...result.violations] }).toMatchObject({
        violations: [],
        lost: 0,
        doubled: 0,
        stuck: 0,
      });
      expect(result.orders).toBeGreaterThan(0);
    },
    5 * minutes,
  );
});
