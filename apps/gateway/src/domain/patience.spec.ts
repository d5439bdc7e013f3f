import { describe, expect, it } from '@jest/globals';
import { patienceFor, preferredWait } from './patience.js';

describe('a client that prefers to wait', () => {
  it.each([
    ['wait=10', 10],
    ['respond-async, wait=10', 10],
    ['WAIT="7"', 7],
    ['wait=999999', 60],
    ['await=10', 0],
    ['wait=-1', 0],
    ['wait=ten', 0],
  ])('%s means %d seconds', (prefer, seconds) => expect(preferredWait(prefer)).toBe(seconds));
  it('gets the usual time on top', () => expect(patienceFor({ prefer: 'wait=10' }, 5_000).begin).toBe(15_000));
});

describe('a client that reads an event stream', () => {
  it('is not cut off while nothing happens', () =>
    expect(patienceFor({ accept: 'text/event-stream' }, 5_000).idle).toBe(0));
});

describe('any other client', () => {
  it('waits the usual time', () => expect(patienceFor({}, 5_000)).toEqual({ begin: 5_000, idle: 60_000 }));
});
