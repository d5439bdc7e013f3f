import { describe, expect, it } from '@jest/globals';
import { idleOnes } from './idle-ones.js';

const brokers = {
  endOffsets: (topics: readonly string[]) =>
    Promise.resolve(
      topics.flatMap((topic) => [0, 1, 2].map((partition) => ({ topic, partition, start: 0n, end: 0n }))),
    ),
};

describe('instances of a service', () => {
  it('are worth no remark while each has a partition', async () =>
    expect(await idleOnes(brokers, { product: 3, order: 12 })).toEqual([]));

  it('stand idle beyond the partitions of the group that reads most', async () =>
    expect(await idleOnes(brokers, { product: 5, order: 13 })).toEqual([
      'product: the group product has 3 partitions to share, so 2 of 5 instances will stand idle as consumers, and only answer HTTP.',
      'order: the group order has 12 partitions to share, so 1 of 13 instances will stand idle as consumers, and only answer HTTP.',
    ]));

  it('have nothing to share where a service consumes only keys', async () =>
    expect(await idleOnes(brokers, { user: 2 })).toEqual([
      'user consumes nothing but keys: further instances answer HTTP, and do nothing else.',
    ]));
});
