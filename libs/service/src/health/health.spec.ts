import { describe, expect, it } from '@jest/globals';
import type { Timers } from '@tradewind/kernel';
import { Health } from './health.js';

const never = new Promise<never>(() => undefined);
/** Timers that never fire, or fire at once. */
const timers = (fire: boolean): Timers => ({
  after: () => () => undefined,
  wait: () => (fire ? Promise.resolve() : never),
});

const aServing = (fire = false): Health => {
  const health = new Health(timers(fire));
  health.started();
  return health;
};

describe('the health of a service', () => {
  it('is not ready before it has started', async () =>
    expect(await new Health(timers(false)).report()).toEqual({
      ready: false,
      failing: ['the service is starting'],
      degraded: [],
    }));
  it('is ready once it has started', async () =>
    expect(await aServing().report()).toEqual({ ready: true, failing: [], degraded: [] }));

  it.each<[string, () => Promise<string | undefined>, boolean, string]>([
    [
      'reports a failure',
      () => Promise.resolve('the database is behind its migrations'),
      false,
      'the database is behind its migrations',
    ],
    ['rejects', () => Promise.reject(new Error('ECONNREFUSED 10.0.0.1')), false, 'the database is unavailable'],
    ['does not answer', () => never, true, 'the database does not answer within a second'],
  ])('is not ready while a check %s', async (_, check, fire, failure) => {
    const health = aServing(fire);
    health.addCheck('the database', check);
    expect(await health.report()).toEqual({ ready: false, failing: [failure], degraded: [] });
  });

  it('stays ready while it is degraded', async () => {
    const health = aServing();
    health.addDegradation(() => ['consumers: not connected to the broker']);
    expect(await health.report()).toEqual({
      ready: true,
      failing: [],
      degraded: ['consumers: not connected to the broker'],
    });
  });

  it('is no longer ready once it drains, calls each listener once, and never starts again', async () => {
    const health = aServing();
    let calls = 0;
    health.onDraining(() => calls++);
    health.drain();
    health.drain();
    health.started();
    expect({ calls, ...(await health.report()) }).toEqual({
      calls: 1,
      ready: false,
      failing: ['the service is draining'],
      degraded: [],
    });
  });
});
