import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { plantedBugs } from './planted-bugs.js';

const command = join(import.meta.dirname, '../../../dist/test/simulation/main.js');
/** Milliseconds; long, because the machine may be busy. */
const timeoutMs = 900_000;

describe('a planted bug', () => {
  let lines: string[];
  beforeAll(async () => {
    lines = (await promisify(execFile)(process.execPath, [command, '--planted'])).stdout.split('\n');
  }, timeoutMs);

  it.each(Object.keys(plantedBugs))('is found by the simulation: %s', (bug) => {
    const line = lines.find((each) => each.includes(`: ${bug}: `));
    expect(line).toMatch(/^found with seed \d+: .*: (money|stock|acceptance|events|once|saga|pending|replay): /);
  });
});
