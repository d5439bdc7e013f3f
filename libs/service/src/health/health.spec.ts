import { describe, expect, it } from '@jest/globals';
import type { Timers } from '@tradewind/kernel';
import { Health } from './health.js';

const never = new Promise<never>(() => undefined);
/** Time that stands still, or is over at once. */
const timers = (over: boolean): Timers => ({
  after: () => () => undefined,
  wait: () => (over ? Promise.resolve() : never),
});

const aServing = (over = false): Health => {
  const health = new Health(timers(over));
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
      'says what is wrong',
      () => Promise.resolve('the database is behind its migrations'),
      false,
      'the database is behind its migrations',
    ],
    ['is away', () => Promise.reject(new Error('ECONNREFUSED 10.0.0.1')), false, 'the database is away'],
    ['is silent', () => never, true, 'the database does not answer within a second'],
  ])('is not ready while something that it needs %s', async (_, fault, over, told) => {
    const health = aServing(over);
    health.needs('the database', fault);
    expect(await health.report()).toEqual({ ready: false, failing: [told], degraded: [] });
  });

  it('stays ready while something that it watches is away', async () => {
    const health = aServing();
    health.watches(() => ['consumers: not connected to the broker']);
    expect(await health.report()).toEqual({
      ready: true,
      failing: [],
      degraded: ['consumers: not connected to the broker'],
    });
  });

  it('is not ready any more once it drains, tells those who asked for it, once, and never starts again', async () => {
    const health = aServing();
    let told = 0;
    health.whenDraining(() => told++);
    health.drain();
    health.drain();
    health.started();
    expect({ told, ...(await health.report()) }).toEqual({
      told: 1,
      ready: false,
      failing: ['the service is draining'],
      degraded: [],
    });
  });
});
