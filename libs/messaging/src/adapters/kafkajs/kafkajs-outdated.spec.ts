import { describe, expect, it } from '@jest/globals';
import { ConsumerGroup, isOutdated } from './kafkajs-outdated.js';

const assigned = [{ topic: 'events', partitions: [0] }];
const responses = [
  {
    topicName: 'events',
    partitions: [{ partition: 0, messages: [{ offset: '7', isControlRecord: false }], abortedTransactions: [] }],
  },
];
const offsetManager = (): object => ({
  committedOffsets: () => ({ events: { 0: '7' } }),
  nextOffset: () => '7',
  resolveOffsets: () => Promise.resolve(),
});

/** The consumer group of kafkajs, with fakes for what the fetch of a partition uses. */
function aMember(duringFetch: (group: { offsetManager: object }) => void = () => undefined) {
  const group = Object.assign(Object.create(ConsumerGroup.prototype) as Omit<ConsumerGroup, 'offsetManager'>, {
    cluster: { refreshMetadataIfNecessary: () => Promise.resolve(), findBroker: () => Promise.resolve(broker) },
    subscriptionState: { assigned: () => assigned, active: () => assigned, isPaused: () => false },
    seekOffset: { has: () => false, pop: () => undefined },
    preferredReadReplicasPerTopicPartition: {},
    filterPartitionsByNode: () => assigned,
    offsetManager: offsetManager(),
  });
  const broker = { fetch: () => (duringFetch(group), Promise.resolve({ responses })) };
  return group;
}
const joinAgain = (group: { offsetManager: object }): void => void (group.offsetManager = offsetManager());

describe('a batch that a member fetched', () => {
  it('is returned', async () => {
    const [batch] = await aMember().fetch(1);
    expect(batch).toMatchObject({ topic: 'events', partition: 0, messages: [{ offset: '7' }] });
    expect(isOutdated(batch!)).toBe(false);
  });
  it('is not returned when the member joined again during the fetch', async () =>
    expect(await aMember(joinAgain).fetch(1)).toEqual([]));
  it('is outdated after the member joined again', async () => {
    const group = aMember();
    const [batch] = await group.fetch(1);
    joinAgain(group);
    expect(isOutdated(batch!)).toBe(true);
  });
});
