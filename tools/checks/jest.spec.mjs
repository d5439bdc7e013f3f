import { describe, expect, it } from '@jest/globals';
import { count } from './jest.mjs';

const results = (of = {}) => ({ numPassedTests: 0, numFailedTests: 0, numRuntimeErrorTestSuites: 0, ...of });

describe('a run of tests', () => {
  it.each([
    ['passes', 0, results({ numPassedTests: 3 }), { passed: 3, failed: 0 }],
    ['has a failure', 1, results({ numPassedTests: 3, numFailedTests: 2 }), { passed: 3, failed: 2 }],
    [
      'has a file that could not be loaded',
      1,
      results({ numPassedTests: 3, numRuntimeErrorTestSuites: 1 }),
      { passed: 3, failed: 1 },
    ],
    ['passes and ends badly', 1, results({ numPassedTests: 3 }), { passed: 3, failed: 1 }],
    ['has no test', 0, results(), { passed: 0, failed: 1 }],
    ['dies without results', 1, undefined, { passed: 0, failed: 1 }],
  ])('that %s is counted so', (_how, code, of, tally) => expect(count(code, of)).toEqual(tally));
});
