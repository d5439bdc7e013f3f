import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { simulate } from './run/simulate.js';

/** Seeds that every run of the tests plays; more are played by `npm run simulate -- --seeds 10000`. */
const seeds = 150;
/** For a machine that is busy with other things as well. */
const patience = 900_000;

const command = join(import.meta.dirname, '../../dist/test/simulation/main.js');
const told = async (...words: string[]): Promise<string> =>
  (await promisify(execFile)(process.execPath, [command, ...words])).stdout;

describe('the whole shop in one process', () => {
  it(
    'keeps every promise, whatever a seed does to it',
    async () => expect(await told('--seeds', String(seeds))).toMatch(/^failed +0$/m),
    patience,
  );

  it(
    'plays one seed twice in the same way, to the last event, in this process and in another',
    async () => {
      const [once, again] = [await simulate(7), await simulate(7)];
      expect(again).toEqual(once);
      expect(await told('--seed', '7')).toContain(`trace ${once.traceHash}\n`);
    },
    patience,
  );

  it('plays another seed in another way', async () =>
    expect((await simulate(8)).traceHash).not.toBe((await simulate(9)).traceHash));

  it('tells the story of a seed without changing it', async () => {
    const lines: string[] = [];
    const story = await simulate(11, { onTrace: (line) => lines.push(line) });
    expect(story).toEqual(await simulate(11));
    expect(lines.filter((line) => line.includes('order.events')).length).toBeGreaterThan(0);
  });
});
