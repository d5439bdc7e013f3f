import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { simulate } from './run/simulate.js';

/** Seeds of every test run; `npm run simulate -- --seeds 10000` runs more. */
const seeds = 150;
/** Milliseconds; long, because the machine may be busy. */
const timeoutMs = 900_000;

const command = join(import.meta.dirname, '../../dist/test/simulation/main.js');
const outputOf = async (...args: string[]): Promise<string> =>
  (await promisify(execFile)(process.execPath, [command, ...args])).stdout;

describe('the whole shop in one process', () => {
  it(
    'keeps every promise under the faults of every seed',
    async () => expect(await outputOf('--seeds', String(seeds))).toMatch(/^failed +0$/m),
    timeoutMs,
  );

  it(
    'repeats a seed exactly, in this process and in another',
    async () => {
      const [first, second] = [await simulate(7), await simulate(7)];
      expect(second).toEqual(first);
      expect(await outputOf('--seed', '7')).toContain(`trace ${first.traceHash}\n`);
    },
    timeoutMs,
  );

  it('runs different seeds differently', async () =>
    expect((await simulate(8)).traceHash).not.toBe((await simulate(9)).traceHash));

  it('traces a seed without changing it', async () => {
    const lines: string[] = [];
    const traced = await simulate(11, { onTrace: (line) => lines.push(line) });
    expect(traced).toEqual(await simulate(11));
    expect(lines.filter((line) => line.includes('order.events')).length).toBeGreaterThan(0);
  });
});
