import { describe, expect, it } from '@jest/globals';
import { chooseDays } from './days.js';

const dates = new Set(['2010-12-31', '2011-01-02', '2010-12-30']);

describe('a choice of days', () => {
  it.each([
    ['1', ['2010-12-30']],
    ['2', ['2010-12-31']],
    ['2-4', ['2010-12-31', '2011-01-02']],
    ['all', ['2010-12-30', '2010-12-31', '2011-01-02']],
  ])('%s counts from the first date of the file', (choice, expected) =>
    expect([...chooseDays(choice, dates)]).toEqual(expected),
  );

  it.each(['0', '-1', '2-1', '1-', '1,2', 'one', '', '1.5', '1e3'])('is rejected as "%s"', (choice) =>
    expect(() => chooseDays(choice, dates)).toThrow(
      `"${choice}" is not a choice of days: expected 1, 1-3 or all; the file has the days 1 to 4 (2010-12-30 to 2011-01-02)`,
    ),
  );

  it('is rejected outside the days of the file', () =>
    expect(() => chooseDays('3-5', dates)).toThrow(
      'the days 3-5 are not all in the file: the file has the days 1 to 4',
    ));

  it('is rejected when nothing was sold', () =>
    expect(() => chooseDays('3', dates)).toThrow('nothing was sold on the days 3'));
});
