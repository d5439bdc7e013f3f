import { describe, expect, it } from '@jest/globals';
import { count } from './jest.mjs';

const results = (counts = {}) => ({ numPassedTests: 0, numFailedTests: 0, numRuntimeErrorTestSuites: 0, ...counts });

describe('a test run', () => {
  it.each([
    ['passes', 0, results({ numPassedTests: 3 }), { passed: 3, failed: 0 }],
    ['has a failure', 1, results({ numPassedTests: 3, numFailedTests: 2 }), { passed: 3, failed: 2 }],
    [
      'has a file that cannot be loaded',
      1,
      results({ numPassedTests: 3, numRuntimeErrorTestSuites: 1 }),
      { passed: 3, failed: 1 },
    ],
    ['passes and exits with an error', 1, results({ numPassedTests: 3 }), { passed: 3, failed: 1 }],
    ['has no test', 0, results(), { passed: 0, failed: 1 }],
    ['ends without results', 1, undefined, { passed: 0, failed: 1 }],
  ])('that %s has these counts', (_case, code, of, counts) => expect(count(code, of)).toEqual(counts));
});
