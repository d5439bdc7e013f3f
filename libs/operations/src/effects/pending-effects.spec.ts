import { describe, expect, it } from '@jest/globals';
import { describeState, durationText, type PendingEffect } from './pending-effects.js';

const effect: PendingEffect = {
  id: 'e',
  name: 'payment.take',
  key: 'order',
  attempts: 0,
  scheduledAt: new Date(0),
  age: 5,
  holder: null,
  leasedFor: null,
  dueIn: -5,
  waitsForKey: false,
  lastError: null,
};

describe('the state of a pending effect', () => {
  it.each<[Partial<PendingEffect>, string]>([
    [{ holder: 'payment-2', leasedFor: 21.7 }, 'payment-2, leased for 22 s'],
    [{ holder: 'payment-2', leasedFor: -300 }, 'payment-2, whose lease ended 5 min ago'],
    [{ holder: '', leasedFor: 30 }, 'an instance without a name, leased for 30 s'],
    [{ waitsForKey: true, dueIn: 10 }, 'waits for another of its key'],
    [{ dueIn: 12 }, 'next attempt in 12 s'],
    [{ dueIn: null, waitsForKey: true }, 'dead letter, waits for an operator'],
    [{}, 'waits for a free slot'],
  ])('of %j is "%s"', (part, text) => expect(describeState({ ...effect, ...part })).toBe(text));
});

describe('a duration', () => {
  it.each([
    [-1, '0 s'],
    [0.4, '0 s'],
    [119, '119 s'],
    [120, '2 min'],
    [7_199, '119 min'],
    [7_200, '2 h'],
    [172_799, '47 h'],
    [172_800, '2 days'],
  ])('of %d s is %s', (seconds, text) => expect(durationText(seconds)).toBe(text));
});
