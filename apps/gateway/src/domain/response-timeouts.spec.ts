import { describe, expect, it } from '@jest/globals';
import { timeoutsFor, preferredWait } from './response-timeouts.js';

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
  it('gets the default timeout in addition', () =>
    expect(timeoutsFor({ prefer: 'wait=10' }, 5_000).firstByteMs).toBe(15_000));
});

describe('a client that reads an event stream', () => {
  it('has no timeout between events', () => expect(timeoutsFor({ accept: 'text/event-stream' }, 5_000).idleMs).toBe(0));
});

describe('any other client', () => {
  it('gets the default timeouts', () => expect(timeoutsFor({}, 5_000)).toEqual({ firstByteMs: 5_000, idleMs: 60_000 }));
});
