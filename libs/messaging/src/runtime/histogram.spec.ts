import { describe, expect, it } from '@jest/globals';
import { Histogram as Reference, Registry } from 'prom-client';
import { Histogram } from './histogram.js';

describe('a histogram', () => {
  it("is shown as prom-client's own", async () => {
    const options = { name: 'tradewind_age_seconds', help: 'Age.', buckets: [0.1, 1, 10] };
    const [ours, theirs] = [new Registry(), new Registry()];
    const histogram = new Histogram(options);
    histogram.register(ours);
    const reference = new Reference({ ...options, labelNames: ['group', 'type'], registers: [theirs] });
    const observe = (group: string, seconds: number, times: number): void => {
      histogram.observe({ group, type: 't' }, seconds, times);
      for (let time = 0; time < times; time++) reference.observe({ group, type: 't' }, seconds);
    };
    observe('a', 0.1, 1);
    observe('a', 0.5, 3);
    observe('b', 100, 2);
    expect(await ours.metrics()).toBe(await theirs.metrics());
  });
});
