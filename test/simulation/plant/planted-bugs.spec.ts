import { describe, expect, it } from '@jest/globals';
import { simulate } from '../run/simulate.js';
import { plantedBugs } from './planted-bugs.js';

/** Seeds within which each must be found; most are in the first few. */
const most = 400;
/** For a machine that is busy with other things as well. */
const patience = 900_000;

async function firstToFind(bug: string): Promise<string | undefined> {
  for (let seed = 1; seed <= most; seed++) {
    const { violations } = await simulate(seed, { tamper: plantedBugs[bug]! });
    if (violations.length > 0) return violations[0];
  }
  return undefined;
}

describe.each(Object.keys(plantedBugs))('a shop in which %s', (bug) => {
  it('breaks a promise that the simulation sees', async () => expect(await firstToFind(bug)).toMatch(/^(money|stock|acceptance|events|once|saga|rest|replay): /), patience);
});
