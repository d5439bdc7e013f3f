import { createRequire } from 'node:module';
import { describe, expect, it } from '@jest/globals';
import { Codecs } from './codecs.js';
import { adaptCluster, type Cluster } from './kafkajs-cluster.js';
import { isOutdated } from './kafkajs-outdated.js';

interface Member {
  offsetManager: object;
  fetch(nodeId: number): Promise<object[]>;
}

const require = createRequire(import.meta.url);
const ConsumerGroup = require('kafkajs/src/consumer/consumerGroup.js') as { readonly prototype: Member };
const OffsetManager = require('kafkajs/src/consumer/offsetManager/index.js') as { new (options: object): object };

const assigned = [{ topic: 'events', partitions: [0] }];
const response = () => ({
  responses: [
    {
      topicName: 'events',
      partitions: [{ partition: 0, messages: [{ offset: '7', isControlRecord: false }], abortedTransactions: [] }],
    },
  ],
});

/** The consumer group and the offsets of kafkajs on an adapted cluster, with fakes for what the fetch of a partition uses. */
function aMember(whileBrokerIsFound = nothing, duringFetch = nothing): Member & { joinAgain(): void } {
  const broker = { fetch: () => (duringFetch(member), Promise.resolve(response())) };
  const cluster = adaptCluster(
    {
      connectionPoolBuilder: { build: () => Promise.reject(new Error('no connection')) },
      brokerPool: { withBroker: () => Promise.resolve() },
      committedOffsets: () => ({ events: { 0: '7' } }),
      findBroker: () => (whileBrokerIsFound(member), Promise.resolve(broker)),
      refreshMetadataIfNecessary: () => Promise.resolve(),
    } as unknown as Cluster,
    [],
    new Codecs(),
  );
  const offsets = (): object =>
    Object.assign(new OffsetManager({ cluster, groupId: 'group', memberAssignment: { events: [0] } }), {
      resolveOffsets: () => Promise.resolve(),
      committedOffsets: () => ({ events: { 0: '7' } }),
    });
  const member = Object.assign(Object.create(ConsumerGroup.prototype) as Member, {
    cluster,
    subscriptionState: { assigned: () => assigned, active: () => assigned, isPaused: () => false },
    seekOffset: { has: () => false, pop: () => undefined },
    preferredReadReplicasPerTopicPartition: {},
    checkForStaleAssignment: () => undefined,
    filterPartitionsByNode: () => assigned,
    joinAgain: () => void (member.offsetManager = offsets()),
  });
  member.joinAgain();
  return member;
}
const nothing = (_member: { joinAgain(): void }): void => undefined;
const joinAgain = (member: { joinAgain(): void }): void => member.joinAgain();

describe('a batch that a member fetched', () => {
  it('is returned', async () => {
    const [batch] = await aMember().fetch(1);
    expect(batch).toMatchObject({ topic: 'events', partition: 0, messages: [{ offset: '7' }] });
    expect(isOutdated(batch!)).toBe(false);
  });
  it('is not returned when the member joined again during the fetch', async () =>
    expect(await aMember(nothing, joinAgain).fetch(1)).toEqual([]));
  it('is not returned when the member joined again before the request', async () =>
    expect(await aMember(joinAgain).fetch(1)).toEqual([]));
  it('is outdated after the member joined again', async () => {
    const member = aMember();
    const [batch] = await member.fetch(1);
    member.joinAgain();
    expect(isOutdated(batch!)).toBe(true);
  });
});
