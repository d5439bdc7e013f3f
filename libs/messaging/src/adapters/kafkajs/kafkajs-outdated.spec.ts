import { describe, expect, it } from '@jest/globals';
import { ConsumerGroup, isOutdated } from './kafkajs-outdated.js';

const places = [{ topic: 'events', partitions: [0] }];
const responses = [
  {
    topicName: 'events',
    partitions: [{ partition: 0, messages: [{ offset: '7', isControlRecord: false }], abortedTransactions: [] }],
  },
];
const positions = (): object => ({
  committedOffsets: () => ({ events: { 0: '7' } }),
  nextOffset: () => '7',
  resolveOffsets: () => Promise.resolve(),
});

/** kafkajs's own, in so much of its surroundings as the fetch of a partition asks for. */
function member(whileItFetches: (group: { offsetManager: object }) => void = () => undefined) {
  const group = Object.assign(Object.create(ConsumerGroup.prototype) as Omit<ConsumerGroup, 'offsetManager'>, {
    cluster: { refreshMetadataIfNecessary: () => Promise.resolve(), findBroker: () => Promise.resolve(broker) },
    subscriptionState: { assigned: () => places, active: () => places, isPaused: () => false },
    seekOffset: { has: () => false, pop: () => undefined },
    preferredReadReplicasPerTopicPartition: {},
    filterPartitionsByNode: () => places,
    offsetManager: positions(),
  });
  const broker = { fetch: () => (whileItFetches(group), Promise.resolve({ responses })) };
  return group;
}
const join = (group: { offsetManager: object }): void => void (group.offsetManager = positions());

describe('what a member has fetched', () => {
  it('is given out', async () => {
    const [batch] = await member().fetch(1);
    expect(batch).toMatchObject({ topic: 'events', partition: 0, messages: [{ offset: '7' }] });
    expect(isOutdated(batch!)).toBe(false);
  });
  it('is not given out where it has joined anew meanwhile', async () =>
    expect(await member(join).fetch(1)).toEqual([]));
  it('is outdated once it has joined anew', async () => {
    const group = member();
    const [batch] = await group.fetch(1);
    join(group);
    expect(isOutdated(batch!)).toBe(true);
  });
});
