import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { topic, type KafkaClient, type Topic } from '@tradewind/messaging';
import {
  type IncomingRecord,
  type OutgoingRecord,
  type Subscription,
  type TopicPartition,
  partitionOf,
} from '@tradewind/messaging/internals';
import { consumerGroupConformance } from './consumer-group-conformance.js';
import { eventually } from '../eventually.js';
import { partitionIncreaseConformance } from './partition-increase-conformance.js';

/** The contract of the KafkaClient port. */
export function kafkaClientConformance(name: string, open: () => KafkaClient): void {
  consumerGroupConformance(name, open);
  partitionIncreaseConformance(name, open);
  describe(`${name} as a Kafka client`, () => {
    let kafka: KafkaClient;
    const opened: Subscription[] = [];
    const aTopic = async (rest: Partial<Topic> = {}): Promise<Topic> => {
      const created = topic(`conformance-${randomUUID()}`, { owner: 'test', partitions: 3, ...rest });
      await kafka.provision([created]);
      return created;
    };
    const record = (of: Topic, key: string, value: string | null): OutgoingRecord => ({
      topic: of.name,
      partition: partitionOf(key, of.partitions),
      key,
      value,
      headers: { ce_id: value ?? 'none' },
    });
    const send = async (...records: OutgoingRecord[]): Promise<void> => {
      const publisher = await kafka.publisher();
      await publisher.publish(records);
      await publisher.close();
    };
    const reader = async (
      group: string,
      of: Topic,
    ): Promise<{ received: IncomingRecord[]; owned: TopicPartition[]; subscription: Subscription }> => {
      const received: IncomingRecord[] = [];
      const owned: TopicPartition[] = [];
      const subscription = await kafka.subscribe({
        group,
        topics: [of.name],
        onRecords: (records) => received.push(...records),
        onAssigned: (partitions) => owned.splice(0, owned.length, ...partitions),
        onFatal: (error) => {
          throw error;
        },
      });
      opened.push(subscription);
      return { received, owned, subscription };
    };

    beforeAll(() => {
      kafka = open();
    });
    afterAll(async () => {
      await Promise.all(opened.map((subscription) => subscription.close()));
      await kafka.close();
    });

    it('acknowledges each partition with the offset of its first record, in rising order', async () => {
      const of = await aTopic({ partitions: 1 });
      const publisher = await kafka.publisher();
      const first = await publisher.publish([record(of, 'a', '1'), record(of, 'b', '2')]);
      const second = await publisher.publish([record(of, 'a', '3')]);
      await publisher.close();
      expect([...first, ...second].map(({ baseOffset }) => baseOffset)).toEqual([0n, 2n]);
    });

    it('publishes records of several topics once each', async () => {
      const topics = [
        await aTopic({ partitions: 1 }),
        await aTopic({ partitions: 1 }),
        await aTopic({ partitions: 1 }),
      ];
      await send(...topics.map((of) => record(of, 'a', '1')));
      expect((await kafka.endOffsets(topics.map(({ name }) => name))).map(({ end }) => end)).toEqual([1n, 1n, 1n]);
    });

    it('rejects a record of an unknown topic', async () => {
      const publisher = await kafka.publisher();
      await expect(
        publisher.publish([{ ...record(await aTopic(), 'a', '1'), topic: `unknown-${randomUUID()}` }]),
      ).rejects.toThrow();
      await publisher.close();
    });

    it('delivers everything from the beginning to a new group, in order within a key, with headers and tombstones', async () => {
      const of = await aTopic();
      await send(record(of, 'a', '1'), record(of, 'b', '2'), record(of, 'a', '3'), record(of, 'a', null));
      const { received } = await reader(`group-${randomUUID()}`, of);
      await eventually(() => received.length === 4);
      const ofA = received.filter(({ key }) => key === 'a');
      expect(ofA.map(({ value }) => value?.toString() ?? null)).toEqual(['1', '3', null]);
      expect(ofA[0]!.headers).toEqual({ ce_id: '1' });
    });

    it('continues at the committed offset, and returns it', async () => {
      const of = await aTopic({ partitions: 1 });
      const group = `group-${randomUUID()}`;
      await send(record(of, 'a', '1'), record(of, 'a', '2'));
      const first = await reader(group, of);
      await eventually(() => first.received.length === 2);
      expect(await first.subscription.commit([{ topic: of.name, partition: 0, offset: 1n }])).toBe(true);
      expect(await kafka.committedOffsets(group, [of.name])).toEqual([{ topic: of.name, partition: 0, offset: 1n }]);
      await first.subscription.close();
      const second = await reader(group, of);
      await eventually(() => second.received.length === 1);
      expect(second.received[0]!.value!.toString()).toBe('2');
    });

    it('delivers again from a given offset', async () => {
      const of = await aTopic({ partitions: 1 });
      await send(record(of, 'a', '1'), record(of, 'a', '2'));
      const { received, subscription } = await reader(`group-${randomUUID()}`, of);
      await eventually(() => received.length === 2);
      subscription.seek([{ topic: of.name, partition: 0, offset: 0n }]);
      await eventually(() => received.length === 4);
      expect(received.map(({ offset }) => offset)).toEqual([0n, 1n, 0n, 1n]);
    });

    it('assigns the partitions to the members of a group', async () => {
      const of = await aTopic();
      const group = `group-${randomUUID()}`;
      const [one, two] = [await reader(group, of), await reader(group, of)];
      await eventually(() => one.owned.length > 0 && two.owned.length > 0 && one.owned.length + two.owned.length === 3);
      expect(new Set([...one.owned, ...two.owned].map(({ partition }) => partition))).toEqual(new Set([0, 1, 2]));
    });

    it('reads whole topics without a group, and resolves when it has caught up', async () => {
      const of = await aTopic();
      await send(record(of, 'a', '1'), record(of, 'b', '2'), record(of, 'c', '3'));
      const received: IncomingRecord[] = [];
      const tail = await kafka.tail({
        topics: [of.name],
        onRecords: (records) => received.push(...records),
        onFatal: () => undefined,
      });
      await tail.caughtUp;
      expect(received).toHaveLength(3);
      await send(record(of, 'd', '4'));
      await eventually(() => received.length === 4);
      await tail.close();
    });

    describe('reading parts of topics', () => {
      const valuesOf = (records: readonly IncomingRecord[]): string[] => records.map(({ value }) => value!.toString());
      const rangesOf = async ({ name }: Topic) =>
        (await kafka.endOffsets([name])).map(({ topic: of, partition, start, end }) => ({
          topic: of,
          partition,
          from: start,
          to: end,
        }));

      it('delivers every record between two offsets, in order within a partition, and resolves', async () => {
        const of = await aTopic();
        const sent = Array.from({ length: 40 }, (_, index) => record(of, `key ${index % 7}`, `${index}`));
        await send(...sent);
        const received: IncomingRecord[] = [];
        await kafka.read({ ranges: await rangesOf(of), onRecords: async (records) => void received.push(...records) });
        for (const { partition } of await kafka.endOffsets([of.name])) {
          expect(valuesOf(received.filter((each) => each.partition === partition))).toEqual(
            sent.filter((each) => each.partition === partition).map(({ value }) => value),
          );
        }
      });

      it('starts and ends at the given offsets, and skips other partitions and empty ranges', async () => {
        const of = await aTopic();
        await send(
          ...Array.from({ length: 60 }, (_, index) => ({ ...record(of, 'a', `${index}`), partition: index % 3 })),
        );
        const received: IncomingRecord[] = [];
        const ranges = [
          { topic: of.name, partition: 1, from: 5n, to: 9n },
          { topic: of.name, partition: 2, from: 3n, to: 3n },
        ];
        await kafka.read({ ranges, onRecords: async (records) => void received.push(...records) });
        expect(received.map(({ partition, offset }) => [partition, offset])).toEqual(
          [5n, 6n, 7n, 8n].map((offset) => [1, offset]),
        );
      });

      it('continues to a later end when it is given one', async () => {
        const of = await aTopic({ partitions: 1 });
        await send(...Array.from({ length: 5 }, (_, index) => record(of, 'a', `${index}`)));
        const ends: bigint[] = [];
        const received: IncomingRecord[] = [];
        let reached = 0n;
        await kafka.read({
          ranges: [{ topic: of.name, partition: 0, from: 0n, to: 2n }],
          onReached: ({ offset }) => void (reached = offset),
          onRecords: async (records) => void received.push(...records),
          onEnd: async ({ to }) => {
            ends.push(to);
            if (to === 5n) await send(record(of, 'a', '5'));
            return to === 2n ? 5n : 6n;
          },
        });
        expect([valuesOf(received), ends, reached]).toEqual([['0', '1', '2', '3', '4', '5'], [2n, 5n, 6n], 6n]);
      });

      it('delivers nothing while earlier records are being handled', async () => {
        const of = await aTopic();
        await send(...Array.from({ length: 30 }, (_, index) => record(of, `key ${index}`, `${index}`)));
        let handling = 0;
        let maxConcurrent = 0;
        let received = 0;
        await kafka.read({
          ranges: await rangesOf(of),
          onRecords: async (records) => {
            maxConcurrent = Math.max(maxConcurrent, ++handling);
            await kafka.endOffsets([of.name]);
            received += records.length;
            handling--;
          },
        });
        expect({ received, maxConcurrent }).toEqual({ received: 30, maxConcurrent: 1 });
      });

      it('rejects with the error of the handler, and ends early when it is aborted', async () => {
        const of = await aTopic({ partitions: 1 });
        await send(record(of, 'a', '1'), record(of, 'a', '2'));
        const ranges = await rangesOf(of);
        await expect(
          kafka.read({ ranges, onRecords: () => Promise.reject(new Error('handler failed')) }),
        ).rejects.toThrow('handler failed');
        const aborted = new AbortController();
        aborted.abort();
        await kafka.read({
          ranges,
          onRecords: () => Promise.reject(new Error('must not be called')),
          signal: aborted.signal,
        });
      });

      it('returns the first offset of a time', async () => {
        const of = await aTopic({ partitions: 1 });
        await send(record(of, 'a', '1'));
        expect(await kafka.offsetsAt([of.name], new Date(0))).toEqual([{ topic: of.name, partition: 0, offset: 0n }]);
        expect(await kafka.offsetsAt([of.name], new Date('2100-01-01'))).toEqual([
          { topic: of.name, partition: 0, offset: 1n },
        ]);
      });
    });

    describe('offsets of a group without members', () => {
      it('are set, for one or several partitions, and deleted', async () => {
        const [one, two] = [await aTopic(), await aTopic()];
        await send(record(one, 'a', '1'), record(one, 'b', '2'), record(two, 'a', '3'));
        const group = `group-${randomUUID()}`;
        const offsets = [
          { topic: one.name, partition: 0, offset: 1n },
          { topic: one.name, partition: 2, offset: 0n },
          { topic: two.name, partition: 1, offset: 1n },
        ];
        await kafka.setOffsets(group, offsets);
        const committed = async () =>
          (await kafka.committedOffsets(group, [one.name, two.name])).toSorted(
            (a, b) =>
              offsets.findIndex(({ topic: name, partition }) => name === a.topic && partition === a.partition) -
              offsets.findIndex(({ topic: name, partition }) => name === b.topic && partition === b.partition),
          );
        expect(await committed()).toEqual(offsets);
        await kafka.deleteOffsets(group);
        expect(await committed()).toEqual([]);
        await kafka.deleteOffsets(`group-${randomUUID()}`);
      });

      it('can not be set while the group has members', async () => {
        const of = await aTopic({ partitions: 1 });
        const group = `group-${randomUUID()}`;
        const { owned } = await reader(group, of);
        await eventually(() => owned.length === 1);
        await expect(kafka.setOffsets(group, [{ topic: of.name, partition: 0, offset: 0n }])).rejects.toThrow(
          `the group ${group} has members`,
        );
        await expect(kafka.deleteOffsets(group)).rejects.toThrow(`the group ${group} has members`);
      });
    });

    it('returns the end offsets of topics', async () => {
      const of = await aTopic({ partitions: 1 });
      await send(record(of, 'a', '1'), record(of, 'a', '2'));
      expect(await kafka.endOffsets([of.name])).toEqual([{ topic: of.name, partition: 0, start: 0n, end: 2n }]);
    });

    it('rejects pending calls when it is closed', async () => {
      const closing = open();
      const of = await aTopic();
      const publisher = await closing.publisher();
      const pending = Promise.allSettled([
        closing.subscribe({
          group: `group-${randomUUID()}`,
          topics: [of.name],
          onRecords: () => undefined,
          onAssigned: () => undefined,
          onFatal: () => undefined,
        }),
        closing.endOffsets([of.name]),
      ]);
      await closing.close();
      expect((await pending).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
      await expect(publisher.publish([record(of, 'a', '1')])).rejects.toThrow();
      await expect(closing.publisher()).rejects.toThrow();
      await publisher.close();
    });

    it('rejects a topic that is missing, has too few partitions or another cleanup policy', async () => {
      const of = await aTopic();
      await expect(kafka.check([{ ...of, partitions: 5 }])).rejects.toThrow(
        `${of.name} has 3 partitions, 5 are declared`,
      );
      await expect(kafka.check([{ ...of, name: 'missing-topic' }])).rejects.toThrow('missing-topic does not exist');
      await expect(kafka.check([{ ...of, retention: 'compact' }])).rejects.toThrow(
        `${of.name} has cleanup.policy=delete`,
      );
    });

    it('creates a topic with the times of its compaction, and rejects others of the owner alone', async () => {
      const name = randomUUID();
      const declare = (retention: Topic['retention']): Topic =>
        topic(name, { owner: 'test', partitions: 1, retention });
      await kafka.provision([declare({ compactWithin: '1d', keepTombstones: '90d' })]);
      await kafka.check([declare({ compactWithin: '1d', keepTombstones: '90d' })]);
      await expect(kafka.check([declare({ compactWithin: '2d', keepTombstones: '90d' })], 'test')).rejects.toThrow(
        `${name} has max.compaction.lag.ms=86400000, 172800000 is declared`,
      );
      await expect(kafka.check([declare({ compactWithin: '1d', keepTombstones: '91d' })])).rejects.toThrow(
        `${name} has delete.retention.ms=7776000000, 7862400000 is declared`,
      );
      await kafka.check([declare('compact')], 'other');
    });

    it('creates a topic with its retention, and rejects another one of the owner alone', async () => {
      const name = randomUUID();
      const declare = (retention: Topic['retention']): Topic =>
        topic(name, { owner: 'test', partitions: 1, retention });
      await kafka.provision([declare({ time: '30d', bytes: 1_000_000 })]);
      await kafka.check([declare({ time: '30d', bytes: 1_000_000 })]);
      await expect(kafka.check([declare({ bytes: 1_000_000 })])).rejects.toThrow(
        `${name} has retention.ms=2592000000, -1 is declared`,
      );
      await expect(kafka.check([declare({ time: '30d' })], 'test')).rejects.toThrow(
        `${name} has retention.bytes=1000000, -1 is declared`,
      );
      await expect(kafka.check([declare('compact')], 'other')).rejects.toThrow('cleanup.policy');
      await kafka.check([declare('keep')], 'other');
    });
  });
}
