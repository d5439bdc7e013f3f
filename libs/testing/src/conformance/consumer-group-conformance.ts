import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { foreignTopic, ignore, topic, type KafkaClient, type Topic } from '@tradewind/messaging';
import {
  RecordsRejected,
  type IncomingRecord,
  type Subscription,
  type TopicPartition,
} from '@tradewind/messaging/internals';
import { eventually } from '../eventually.js';

interface Reader {
  readonly received: IncomingRecord[];
  readonly owned: TopicPartition[];
  readonly subscription: Subscription;
}

/** The contract of the KafkaClient port for groups whose members join and leave. */
export function consumerGroupConformance(name: string, open: () => KafkaClient): void {
  describe(`${name} with consumer groups`, () => {
    let kafka: KafkaClient;
    const aTopic = async (): Promise<Topic> => {
      const created = topic(`conformance-${randomUUID()}`, { owner: 'test', partitions: 2 });
      await kafka.provision([created]);
      return created;
    };
    const send = async (of: Topic, partition: number, ...values: string[]): Promise<void> => {
      const publisher = await kafka.publisher();
      await publisher.publish(values.map((value) => ({ topic: of.name, partition, key: 'k', value, headers: {} })));
      await publisher.close();
    };
    const join = async (group: string, of: Topic): Promise<Reader> => {
      const [received, owned]: [IncomingRecord[], TopicPartition[]] = [[], []];
      const subscription = await kafka.subscribe({
        group,
        topics: [of.name],
        onRecords: (records) => received.push(...records),
        onAssigned: (partitions) => owned.splice(0, owned.length, ...partitions),
        onFatal: (error) => {
          throw error;
        },
      });
      return { received, owned, subscription };
    };
    const valuesOf = ({ received }: Reader, partition: number): (string | undefined)[] =>
      received.filter((record) => record.partition === partition).map(({ value }) => value?.toString());

    beforeAll(() => {
      kafka = open();
    });
    afterAll(() => kafka.close());

    it('continues at the committed offsets of a member that left', async () => {
      const [of, group] = [await aTopic(), `group-${randomUUID()}`];
      await send(of, 0, '1', '2');
      await send(of, 1, '3', '4');
      const leaving = await join(group, of);
      await eventually(() => leaving.received.length === 4);
      await leaving.subscription.commit([
        { topic: of.name, partition: 0, offset: 2n },
        { topic: of.name, partition: 1, offset: 1n },
      ]);
      const staying = await join(group, of);
      await leaving.subscription.close();
      await eventually(() => staying.owned.length === 2);
      await send(of, 0, '5');
      await eventually(() => valuesOf(staying, 0).includes('5') && valuesOf(staying, 1).includes('4'));
      expect([valuesOf(staying, 0), [...new Set(valuesOf(staying, 1))]]).toEqual([['5'], ['4']]);
      await staying.subscription.close();
    });

    it('rejects a commit of a member that has left', async () => {
      const [of, group] = [await aTopic(), `group-${randomUUID()}`];
      const { subscription } = await join(group, of);
      await subscription.close();
      expect(await subscription.commit([{ topic: of.name, partition: 0, offset: 1n }])).toBe(false);
      expect(await kafka.committedOffsets(group, [of.name])).toEqual([]);
    });

    it('sets offsets of some partitions and keeps the others, also one that is beyond the end of its partition', async () => {
      const [of, group] = [await aTopic(), `group-${randomUUID()}`];
      await kafka.setOffsets(group, [{ topic: of.name, partition: 0, offset: 5n }]);
      await kafka.setOffsets(group, [{ topic: of.name, partition: 1, offset: 9n }]);
      const committed = await kafka.committedOffsets(group, [of.name]);
      expect(new Map(committed.map(({ partition, offset }) => [partition, offset]))).toEqual(
        new Map([
          [0, 5n],
          [1, 9n],
        ]),
      );
    });

    it('lets a group start at offsets where it has none, also while it has members', async () => {
      const [of, group] = [await aTopic(), `group-${randomUUID()}`];
      await kafka.setOffsets(group, [{ topic: of.name, partition: 0, offset: 5n }]);
      const other = await join(group, await aTopic());
      await eventually(() => other.owned.length > 0);
      const starts = [0, 1].map((partition) => ({ topic: of.name, partition, offset: 9n }));
      await eventually(() => kafka.startAt(group, starts).then(() => true));
      await kafka.startAt(group, []);
      const committed = await kafka.committedOffsets(group, [of.name]);
      expect(new Map(committed.map(({ partition, offset }) => [partition, offset]))).toEqual(
        new Map([
          [0, 5n],
          [1, 9n],
        ]),
      );
      await other.subscription.close();
    });

    it('creates a foreign topic only where it may, and checks nothing of it but that it exists', async () => {
      const foreign = (create?: { partitions: number }) =>
        foreignTopic(`conformance-${randomUUID()}`, { read: () => ignore, from: 'earliest', create });
      const [created, missing] = [foreign({ partitions: 2 }), foreign()];
      await kafka.provision([created]);
      expect(await kafka.endOffsets([created.name])).toHaveLength(2);
      await kafka.check([foreign()].map((each) => ({ ...each, name: created.name, partitions: 7 })));
      await expect(kafka.provision([missing])).rejects.toThrow('does not exist: its owner must create it');
    });

    it('stores metadata with an offset', async () => {
      const [of, group] = [await aTopic(), `group-${randomUUID()}`];
      await send(of, 0, '1');
      const { subscription, received } = await join(group, of);
      await eventually(() => received.length === 1);
      await eventually(() =>
        subscription.commit([
          { topic: of.name, partition: 0, offset: 1n, metadata: 'instance 1' },
          { topic: of.name, partition: 1, offset: 0n },
        ]),
      );
      expect(await kafka.committedOffsets(group, [of.name])).toEqual(
        expect.arrayContaining([
          { topic: of.name, partition: 0, offset: 1n, metadata: 'instance 1' },
          { topic: of.name, partition: 1, offset: 0n },
        ]),
      );
      await subscription.close();
    });

    it('delivers records that were sent during a pause', async () => {
      const of = await aTopic();
      const reader = await join(`group-${randomUUID()}`, of);
      reader.subscription.pause();
      await send(of, 0, '1');
      await send(of, 1, '2');
      reader.subscription.resume();
      await eventually(() => reader.received.length === 2);
      await reader.subscription.close();
    });

    it('rejects a record that is too large, and appends nothing of its batch', async () => {
      const of = await aTopic();
      await expect(send(of, 0, '1', 'x'.repeat(2_000_000))).rejects.toBeInstanceOf(RecordsRejected);
      expect((await kafka.endOffsets([of.name])).map(({ end }) => end)).toEqual([0n, 0n]);
    });
  });
}
