import { describe, expect, it } from '@jest/globals';
import { idleInstances } from './idle-instances.js';

const brokers = {
  endOffsets: (topics: readonly string[]) =>
    Promise.resolve(
      topics.flatMap((topic) => [0, 1, 2].map((partition) => ({ topic, partition, start: 0n, end: 0n }))),
    ),
};

describe('the instances of a service', () => {
  it('have no remark while each has a partition', async () =>
    expect(await idleInstances(brokers, { product: 3, order: 12 })).toEqual([]));

  it('consume nothing beyond the partitions of the largest group', async () =>
    expect(await idleInstances(brokers, { product: 5, order: 13 })).toEqual([
      'product: the group product has 3 partitions, so 2 of 5 instances consume nothing, and only answer HTTP.',
      'order: the group order has 12 partitions, so 1 of 13 instances consume nothing, and only answer HTTP.',
    ]));

  it('have no partitions to share if the service consumes only keys', async () =>
    expect(await idleInstances(brokers, { user: 2 })).toEqual([
      'user consumes only keys: further instances only answer HTTP.',
    ]));
});
