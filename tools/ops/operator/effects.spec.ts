import { describe, expect, it } from '@jest/globals';
import { lengthOf, standingOf, type OpenEffect } from './effects.js';

const effect: OpenEffect = {
  id: 'e',
  name: 'payment.take',
  key: 'order',
  tries: 0,
  wishedAt: new Date(0),
  age: 5,
  holder: null,
  leased: null,
  due: -5,
  behind: false,
  lastError: null,
};

describe('where an open effect stands', () => {
  it.each<[Partial<OpenEffect>, string]>([
    [{ holder: 'payment-2', leased: 21.7 }, 'payment-2, leased for 22 s'],
    [{ holder: 'payment-2', leased: -300 }, 'payment-2, whose lease ran out 5 min ago'],
    [{ holder: '', leased: 30 }, 'somebody without a name, leased for 30 s'],
    [{ behind: true, due: 10 }, 'waits for another of its key'],
    [{ due: 12 }, 'tried again in 12 s'],
    [{}, 'waits for a free place'],
  ])('%j is told as "%s"', (of, told) => expect(standingOf({ ...effect, ...of })).toBe(told));
});

describe('a length of time', () => {
  it.each([
    [-1, '0 s'],
    [0.4, '0 s'],
    [119, '119 s'],
    [120, '2 min'],
    [7_199, '119 min'],
    [7_200, '2 h'],
    [172_799, '47 h'],
    [172_800, '2 days'],
  ])('of %d s is %s', (seconds, told) => expect(lengthOf(seconds)).toBe(told));
});
