import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { plantedBugs } from './planted-bugs.js';

const command = join(import.meta.dirname, '../../../dist/test/simulation/main.js');
/** For a machine that is busy with other things as well. */
const patience = 900_000;

describe('a shop with a planted bug', () => {
  let told: string[];
  beforeAll(async () => {
    told = (await promisify(execFile)(process.execPath, [command, '--planted'])).stdout.split('\n');
  }, patience);

  it.each(Object.keys(plantedBugs))('breaks a promise that the simulation sees: %s', (bug) => {
    const line = told.find((each) => each.includes(`a shop in which ${bug}: `));
    expect(line).toMatch(/^found with seed \d+: .*: (money|stock|acceptance|events|once|saga|rest|replay): /);
  });
});
