import { describe, expect, it } from '@jest/globals';
import { choose } from './balance.js';
import { Upstream, type Outcome } from './upstream.js';

const now = 1_000_000;
const anUpstream = (instanceId: string, calls: readonly [Outcome, number][] = [], inFlight = 0, at = now): Upstream => {
  const upstream = new Upstream({ instanceId, service: 'order', url: `http://127.0.0.1/${instanceId}` });
  upstream.checked(true);
  for (const [outcome, milliseconds] of calls) {
    upstream.begin();
    upstream.end(outcome, milliseconds, at);
  }
  for (let call = 0; call < inFlight; call++) upstream.begin();
  return upstream;
};
const always = (fraction: number) => (): number => fraction;
const failures: readonly [Outcome, number][] = Array.from({ length: 4 }, () => ['failed', 5]);

describe('two instances', () => {
  it('the faster one is chosen, whichever is drawn first', () => {
    const slow = anUpstream('slow', [['answered', 400]]);
    const fast = anUpstream('fast', [['answered', 4]]);
    expect([0, 0.99].map((fraction) => choose([slow, fast], now, always(fraction)))).toEqual([fast, fast]);
  });
  it('the one with fewer calls in flight is chosen when they are equally fast', () => {
    const busy = anUpstream('busy', [['answered', 10]], 5);
    const idle = anUpstream('idle', [['answered', 10]]);
    expect(choose([busy, idle], now, always(0))).toBe(idle);
  });
});

describe('an instance that was slow a while ago', () => {
  it('is tried again', () => {
    const fast = anUpstream('fast', [['answered', 5]]);
    const slowBefore = (milliseconds: number) => anUpstream('slow', [['answered', 4_000]], 0, now - milliseconds);
    const chosen = [0, 5_000, 30_000].map(
      (age) => choose([slowBefore(age), fast], now, always(0))!.instance.instanceId,
    );
    expect(chosen).toEqual(['fast', 'fast', 'slow']);
  });
});

describe('an instance that could not be reached', () => {
  const gone = anUpstream('gone', [['unreachable', 0]]);
  const there = anUpstream('there');
  it('gets no call', () => expect(choose([gone, there], now, always(0))).toBe(there));
  it('leaves nobody when it is the only one', () => expect(choose([gone], now, always(0))).toBeUndefined());
  it('is back when a check succeeds', () => {
    const back = anUpstream('back', [['unreachable', 0]]);
    back.checked(true);
    expect(choose([back], now, always(0))).toBe(back);
  });
});

describe('an instance most of whose calls fail', () => {
  it('is taken out', () => expect(anUpstream('sick', failures).state).toBe('down'));
  it('is not blamed for clients that go away', () =>
    expect(
      anUpstream(
        'a',
        Array.from({ length: 50 }, () => ['given-up', 1] as [Outcome, number]),
      ).state,
    ).toBe('up'));
  it('survives a single failure', () => expect(anUpstream('a', [['failed', 5]]).state).toBe('up'));
});

describe('an instance that was not checked yet', () => {
  const fresh = new Upstream({ instanceId: 'fresh', service: 'order', url: 'http://127.0.0.1/fresh' });
  it('waits while a checked one is there', () =>
    expect(choose([fresh, anUpstream('a')], now, always(0))).not.toBe(fresh));
  it('is used when there is no other', () => expect(choose([fresh], now, always(0))).toBe(fresh));
});

describe('a session', () => {
  const three = ['a', 'b', 'c'].map((id) => anUpstream(id, [['answered', 10]]));
  const sessions = Array.from({ length: 300 }, (_, number) => `user-${number}`);
  it('stays with its instance', () => {
    for (const session of sessions)
      expect(choose(three, now, always(0), session)).toBe(choose(three, now, always(0.9), session));
  });
  it('moves only when its own instance goes', () => {
    for (const session of sessions) {
      const before = choose(three, now, always(0), session)!;
      if (before !== three[2]) expect(choose(three.slice(0, 2), now, always(0), session)).toBe(before);
    }
  });
  it('shares the instances out evenly', () => {
    const counts = three.map(
      (upstream) => sessions.filter((session) => choose(three, now, always(0), session) === upstream).length,
    );
    expect(Math.min(...counts)).toBeGreaterThan(60);
  });
  it('leaves an instance that is far slower than its second', () => {
    const slow = anUpstream(
      'slow',
      Array.from({ length: 20 }, () => ['answered', 500] as [Outcome, number]),
    );
    const fast = anUpstream('fast', [['answered', 5]]);
    for (const session of sessions.slice(0, 20)) expect(choose([slow, fast], now, always(0), session)).toBe(fast);
  });
});
