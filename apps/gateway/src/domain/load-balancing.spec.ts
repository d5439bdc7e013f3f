import { describe, expect, it } from '@jest/globals';
import { choose } from './load-balancing.js';
import { Upstream, type CheckResult, type Outcome } from './upstream.js';

const now = 1_000_000;
const anUpstream = (instanceId: string, calls: readonly [Outcome, number][] = [], inFlight = 0, at = now): Upstream => {
  const upstream = new Upstream({ instanceId, service: 'order', url: `http://127.0.0.1/${instanceId}` });
  upstream.checked('ready');
  for (const [outcome, milliseconds] of calls) {
    upstream.begin();
    upstream.end(outcome, milliseconds, at);
  }
  for (let call = 0; call < inFlight; call++) upstream.begin();
  return upstream;
};
const always = (fraction: number) => (): number => fraction;
const failures: readonly [Outcome, number][] = Array.from({ length: 4 }, () => ['failed', 5]);

describe('of two instances', () => {
  it('the faster one is chosen, independent of the order', () => {
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

describe('an unreachable instance', () => {
  const unreachable = anUpstream('unreachable', [['unreachable', 0]]);
  const healthy = anUpstream('healthy');
  it('gets no call', () => expect(choose([unreachable, healthy], now, always(0))).toBe(healthy));
  it('is not chosen even if it is the only one', () => expect(choose([unreachable], now, always(0))).toBeUndefined());
  it('is used again after a successful check', () => {
    const recovered = anUpstream('recovered', [['unreachable', 0]]);
    recovered.checked('ready');
    expect(choose([recovered], now, always(0))).toBe(recovered);
  });
});

const checkedAs = (result: CheckResult): Upstream => {
  const upstream = anUpstream(result);
  upstream.checked(result);
  return upstream;
};

describe.each([
  ['that is not ready', checkedAs('not-ready')],
  ['whose calls fail', anUpstream('failing', failures)],
])('an instance %s', (_, doubtful) => {
  it('gets no call while another one is up, or new', () => {
    const unchecked = new Upstream({ instanceId: 'new', service: 'order', url: 'http://127.0.0.1/new' });
    for (const better of [anUpstream('a'), unchecked]) expect(choose([doubtful, better], now, always(0))).toBe(better);
  });
  it('is used while there is no better one: it may still answer', () => {
    expect(choose([doubtful], now, always(0))).toBe(doubtful);
    expect(choose([checkedAs('unreachable'), doubtful], now, always(0))).toBe(doubtful);
  });
  it('is not used to repeat a call', () =>
    expect(choose([doubtful], now, always(0), undefined, ['up', 'new'])).toBeUndefined());
});

describe('an instance', () => {
  it('is doubtful when most of its calls fail', () => expect(anUpstream('failing', failures).state).toBe('doubtful'));
  it('stays up when clients disconnect', () =>
    expect(
      anUpstream(
        'a',
        Array.from({ length: 50 }, () => ['abandoned', 1] as [Outcome, number]),
      ).state,
    ).toBe('up'));
  it('stays up after a single failure', () => expect(anUpstream('a', [['failed', 5]]).state).toBe('up'));
});

describe('an instance that was not checked yet', () => {
  const unchecked = new Upstream({ instanceId: 'new', service: 'order', url: 'http://127.0.0.1/new' });
  it('gets no call while there is a checked one', () =>
    expect(choose([unchecked, anUpstream('a')], now, always(0))).not.toBe(unchecked));
  it('is used when there is no other', () => expect(choose([unchecked], now, always(0))).toBe(unchecked));
});

describe('a session', () => {
  const three = ['a', 'b', 'c'].map((id) => anUpstream(id, [['answered', 10]]));
  const sessions = Array.from({ length: 300 }, (_, number) => `user-${number}`);
  it('stays with its instance', () => {
    for (const session of sessions)
      expect(choose(three, now, always(0), session)).toBe(choose(three, now, always(0.9), session));
  });
  it('moves only when its own instance is removed', () => {
    for (const session of sessions) {
      const before = choose(three, now, always(0), session)!;
      if (before !== three[2]) expect(choose(three.slice(0, 2), now, always(0), session)).toBe(before);
    }
  });
  it('is one of many that are distributed evenly', () => {
    const counts = three.map(
      (upstream) => sessions.filter((session) => choose(three, now, always(0), session) === upstream).length,
    );
    expect(Math.min(...counts)).toBeGreaterThan(60);
  });
  it('leaves an instance that is much slower than its second choice', () => {
    const slow = anUpstream(
      'slow',
      Array.from({ length: 20 }, () => ['answered', 500] as [Outcome, number]),
    );
    const fast = anUpstream('fast', [['answered', 5]]);
    for (const session of sessions.slice(0, 20)) expect(choose([slow, fast], now, always(0), session)).toBe(fast);
  });
});
