import { describe, expect, it } from '@jest/globals';
import { Problem } from './problem.js';
import { Places } from './places.js';

const statusOf = (take: () => unknown): number | undefined => {
  try {
    take();
    return undefined;
  } catch (error) {
    return error instanceof Problem ? error.body.status : 0;
  }
};

describe('the places of a process', () => {
  it('are limited for each person, and for all together', () => {
    const places = new Places({ perPerson: 2, total: 3, what: 'streams' });
    places.take('ann');
    const free = places.take('ann');
    expect(statusOf(() => places.take('ann'))).toBe(429);
    places.take('bob');
    expect(statusOf(() => places.take('carl'))).toBe(503);
    free();
    expect(statusOf(() => places.take('ann'))).toBeUndefined();
  });
  it('are freed once, and nothing is kept of a person who has none', () => {
    const places = new Places({ perPerson: 1, total: 2, what: 'streams' });
    places.take('ann');
    const free = places.take('bob');
    free();
    free();
    expect(places.total).toBe(1);
    expect(statusOf(() => places.take('ann'))).toBe(429);
  });
});
