import { describe, expect, it } from '@jest/globals';
import { preferredWait } from './prefer.js';

describe('the Prefer header', () => {
  it.each([
    ['wait=10', 10],
    ['respond-async, wait=5', 5],
    ['wait=5; foo=bar, handling=lenient', 5],
    ['WAIT = 7', 7],
    ['wait="7"', 7],
    ['wait=3600', 30],
    ['wait=0', 0],
    ['wait=-1', 0],
    ['wait=1e3', 0],
    ['wait', 0],
    ['await=9', 0],
    ['', 0],
    [undefined, 0],
  ])('%j means %d seconds', (header, seconds) => expect(preferredWait(header)).toBe(seconds));
});
