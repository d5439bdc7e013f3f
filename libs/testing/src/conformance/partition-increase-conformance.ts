import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { topic, type KafkaClient, type Topic } from '@tradewind/messaging';
import type { IncomingRecord, OutgoingRecord, Subscription, TopicPartition } from '@tradewind/messaging/internals';
import { eventually } from '../eventually.js';

/** The contract of the KafkaClient port for topics that get more partitions. */
export function partitionIncreaseConformance(name: string, open: () => KafkaClient): void {
  describe(`${name} with a partition increase`, () => {
    let kafka: KafkaClient;
    const opened: Subscription[] = [];
    const aTopic = async (partitions: number): Promise<Topic> => {
      const created = topic(`conformance-${randomUUID()}`, { owner: 'test', partitions });
      await kafka.provision([created]);
      return created;
    };
    const records = (
      of: Topic,
      partition: number,
      values: readonly string[],
      previousEnds?: string,
    ): OutgoingRecord[] =>
      values.map((value) => ({
        topic: of.name,
        partition,
        key: 'a',
        value,
        headers: previousEnds === undefined ? {} : { ce_previousends: previousEnds },
      }));
    const send = async (...some: readonly OutgoingRecord[]): Promise<void> => {
      const publisher = await kafka.publisher();
      await publisher.publish(some);
      await publisher.close();
    };
    const numbered = (prefix: string, count: number): string[] =>
      Array.from({ length: count }, (_, index) => `${prefix}${index}`);
    const subscribed = async (
      of: Topic,
    ): Promise<{ received: string[]; owned: TopicPartition[]; subscription: Subscription; group: string }> => {
      const [received, owned, group]: [string[], TopicPartition[], string] = [[], [], `group-${randomUUID()}`];
      const subscription = await kafka.subscribe({
        group,
        topics: [of.name],
        onRecords: (some) => received.push(...some.map(({ value }) => value!.toString())),
        onAssigned: (partitions) => owned.splice(0, owned.length, ...partitions),
        onFatal: (error) => {
          throw error;
        },
      });
      opened.push(subscription);
      return { received, owned, subscription, group };
    };
    const read = async (ranges: readonly (TopicPartition & { from: bigint; to: bigint })[]): Promise<string[]> => {
      const received: IncomingRecord[] = [];
      await kafka.read({ ranges, onRecords: (some) => Promise.resolve(void received.push(...some)) });
      return received.map(({ value }) => value!.toString());
    };
    const allRangesOf = async (of: Topic) =>
      (await kafka.endOffsets([of.name])).map(({ end, start, ...partition }) => ({
        ...partition,
        from: start,
        to: end,
      }));

    beforeAll(() => {
      kafka = open();
    });
    afterAll(async () => {
      await Promise.all(opened.map((subscription) => subscription.close()));
      await kafka.close();
    });

    it('adds partitions, is idempotent, and never removes partitions', async () => {
      const of = await aTopic(2);
      await send(...records(of, 1, ['kept']));
      await kafka.increasePartitions(of.name, 4);
      await kafka.increasePartitions(of.name, 4);
      await send(...records(of, 3, ['new']));
      expect(
        (await kafka.endOffsets([of.name])).toSorted((a, b) => a.partition - b.partition).map(({ end }) => end),
      ).toEqual([0n, 1n, 0n, 1n]);
      await expect(kafka.increasePartitions(of.name, 3)).rejects.toThrow(`${of.name} has 4 partitions already`);
      await kafka.check([of]);
    });

    it('returns end offsets and committed offsets of new partitions at once, without stale caches', async () => {
      const of = await aTopic(1);
      const group = `group-${randomUUID()}`;
      await kafka.endOffsets([of.name]);
      await kafka.committedOffsets(group, [of.name]);
      await kafka.increasePartitions(of.name, 2);
      await kafka.setOffsets(group, [{ topic: of.name, partition: 1, offset: 0n }]);
      expect(await kafka.endOffsets([of.name])).toHaveLength(2);
      expect(await kafka.committedOffsets(group, [of.name])).toEqual([{ topic: of.name, partition: 1, offset: 0n }]);
    });

    it('answers concurrent requests for different topics', async () => {
      const client = open();
      const all = [await aTopic(1), await aTopic(2), await aTopic(3)];
      for (let round = 0; round < 10; round++) {
        const answers = await Promise.all([...all, ...all].map(({ name: of }) => client.endOffsets([of])));
        expect(answers.map(({ length }) => length)).toEqual([1, 2, 3, 1, 2, 3]);
      }
      await client.close();
    });

    it('assigns new partitions to the members of a group, which read them from the beginning', async () => {
      const of = await aTopic(1);
      const { received, owned } = await subscribed(of);
      await eventually(() => owned.length === 1);
      await kafka.increasePartitions(of.name, 3);
      await send(...records(of, 2, ['one', 'two']));
      await eventually(() => owned.length === 3 && received.length === 2, 30_000);
      expect(received).toEqual(['one', 'two']);
    });

    it('pauses single partitions and resumes them at a given offset', async () => {
      const of = await aTopic(2);
      const { received, owned, subscription } = await subscribed(of);
      await eventually(() => owned.length === 2);
      await send(...records(of, 1, ['before']));
      await eventually(() => received.length === 1);
      subscription.pause([{ topic: of.name, partition: 1 }]);
      subscription.seek([{ topic: of.name, partition: 1, offset: 0n }]);
      await send(...records(of, 1, ['later']), ...records(of, 0, ['beside']));
      await eventually(() => received.includes('beside'));
      expect(received).toEqual(['before', 'beside']);
      subscription.resume([{ topic: of.name, partition: 1 }]);
      await eventually(() => received.includes('later'));
      expect(received).toEqual(['before', 'beside', 'before', 'later']);
    });

    it('reads records published after an increase only after all earlier ones, also after two increases', async () => {
      const of = await aTopic(2);
      const first = [...numbered('a', 40), ...numbered('b', 40)];
      await send(...records(of, 0, first.slice(0, 40)), ...records(of, 1, first.slice(40)));
      await kafka.increasePartitions(of.name, 3);
      const second = [...numbered('c', 5), ...numbered('d', 5)];
      await send(...records(of, 2, second.slice(0, 5), '40,40'), ...records(of, 0, second.slice(5), '40,40'));
      await kafka.increasePartitions(of.name, 4);
      const third = numbered('e', 3);
      await send(...records(of, 3, third, '45,40,5'));
      const received = await read((await allRangesOf(of)).toReversed());
      expect([received.slice(0, 80).toSorted(), received.slice(80, 90).toSorted(), received.slice(90)]).toEqual([
        first.toSorted(),
        second.toSorted(),
        third,
      ]);
    });

    it('does not wait for records that are outside the ranges, or do not exist', async () => {
      const of = await aTopic(3);
      await send(
        ...records(of, 0, ['before', 'behind']),
        ...records(of, 2, ['after'], '2,0'),
        ...records(of, 1, ['lost'], '2,0,99'),
      );
      const range = (partition: number, to: bigint) => ({ topic: of.name, partition, from: 0n, to });
      expect(await read([range(2, 1n)])).toEqual(['after']);
      expect((await read([range(2, 1n), range(0, 1n)])).toSorted()).toEqual(['after', 'before']);
      expect((await read([range(1, 1n), range(2, 1n)])).toSorted()).toEqual(['after', 'lost']);
    });
  });
}
