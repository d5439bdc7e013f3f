import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  topic,
  type IncomingRecord,
  type KafkaClient,
  type OutgoingRecord,
  type Subscription,
  type Topic,
  type TopicPartition,
} from '@tradewind/messaging';
import { eventually } from './eventually.js';

/** What every implementation of the KafkaClient port promises of topics that get more partitions. */
export function kafkaGrowthConformance(name: string, open: () => KafkaClient): void {
  describe(`${name} as a client of topics that grow`, () => {
    let kafka: KafkaClient;
    const opened: Subscription[] = [];
    const aTopic = async (partitions: number): Promise<Topic> => {
      const made = topic(`conformance-${randomUUID()}`, { owner: 'test', partitions });
      await kafka.provision([made]);
      return made;
    };
    const records = (of: Topic, partition: number, words: readonly string[], after?: string): OutgoingRecord[] =>
      words.map((word) => ({
        topic: of.name,
        partition,
        key: 'a',
        value: word,
        headers: after === undefined ? {} : { ce_after: after },
      }));
    const send = async (...some: readonly OutgoingRecord[]): Promise<void> => {
      const publisher = await kafka.publisher();
      await publisher.publish(some);
      await publisher.close();
    };
    const words = (prefix: string, count: number): string[] =>
      Array.from({ length: count }, (_, index) => `${prefix}${index}`);
    const subscribed = async (
      of: Topic,
    ): Promise<{ seen: string[]; owned: TopicPartition[]; subscription: Subscription; group: string }> => {
      const [seen, owned, group]: [string[], TopicPartition[], string] = [[], [], `group-${randomUUID()}`];
      const subscription = await kafka.subscribe({
        group,
        topics: [of.name],
        onRecords: (some) => seen.push(...some.map(({ value }) => value!.toString())),
        onAssigned: (partitions) => owned.splice(0, owned.length, ...partitions),
        onDead: (error) => {
          throw error;
        },
      });
      opened.push(subscription);
      return { seen, owned, subscription, group };
    };
    const read = async (ranges: readonly (TopicPartition & { from: bigint; to: bigint })[]): Promise<string[]> => {
      const seen: IncomingRecord[] = [];
      await kafka.read({ ranges, onRecords: (some) => Promise.resolve(void seen.push(...some)) });
      return seen.map(({ value }) => value!.toString());
    };
    const everything = async (of: Topic) =>
      (await kafka.endOffsets([of.name])).map(({ end, start, ...place }) => ({ ...place, from: start, to: end }));

    beforeAll(() => {
      kafka = open();
    });
    afterAll(async () => {
      await Promise.all(opened.map((subscription) => subscription.close()));
      await kafka.close();
    });

    it('gives a topic partitions, once, and takes none away', async () => {
      const of = await aTopic(2);
      await send(...records(of, 1, ['kept']));
      await kafka.grow(of.name, 4);
      await kafka.grow(of.name, 4);
      await send(...records(of, 3, ['new']));
      expect(
        (await kafka.endOffsets([of.name])).toSorted((a, b) => a.partition - b.partition).map(({ end }) => end),
      ).toEqual([0n, 1n, 0n, 1n]);
      await expect(kafka.grow(of.name, 3)).rejects.toThrow(`${of.name} has 4 partitions already`);
      await kafka.check([of]);
    });

    it('tells at once where new partitions end and how far groups are there, whoever has asked before', async () => {
      const of = await aTopic(1);
      const group = `group-${randomUUID()}`;
      await kafka.endOffsets([of.name]);
      await kafka.committed(group, [of.name]);
      await kafka.grow(of.name, 2);
      await kafka.setPositions(group, [{ topic: of.name, partition: 1, next: 0n }]);
      expect(await kafka.endOffsets([of.name])).toHaveLength(2);
      expect(await kafka.committed(group, [of.name])).toEqual([{ topic: of.name, partition: 1, next: 0n }]);
    });

    it('answers many who ask at once about different topics', async () => {
      const asking = open();
      const all = [await aTopic(1), await aTopic(2), await aTopic(3)];
      for (let round = 0; round < 10; round++) {
        const answers = await Promise.all([...all, ...all].map(({ name: of }) => asking.endOffsets([of])));
        expect(answers.map(({ length }) => length)).toEqual([1, 2, 3, 1, 2, 3]);
      }
      await asking.close();
    });

    it('shares new partitions out among those that read the topic, who read them from their beginning', async () => {
      const of = await aTopic(1);
      const { seen, owned } = await subscribed(of);
      await eventually(() => owned.length === 1);
      await kafka.grow(of.name, 3);
      await send(...records(of, 2, ['one', 'two']));
      await eventually(() => owned.length === 3 && seen.length === 2, 30_000);
      expect(seen).toEqual(['one', 'two']);
    });

    it('pauses single partitions and goes on with them where it is told to', async () => {
      const of = await aTopic(2);
      const { seen, owned, subscription } = await subscribed(of);
      await eventually(() => owned.length === 2);
      await send(...records(of, 1, ['before']));
      await eventually(() => seen.length === 1);
      subscription.pause([{ topic: of.name, partition: 1 }]);
      subscription.seek([{ topic: of.name, partition: 1, next: 0n }]);
      await send(...records(of, 1, ['later']), ...records(of, 0, ['beside']));
      await eventually(() => seen.includes('beside'));
      expect(seen).toEqual(['before', 'beside']);
      subscription.resume([{ topic: of.name, partition: 1 }]);
      await eventually(() => seen.includes('later'));
      expect(seen).toEqual(['before', 'beside', 'before', 'later']);
    });

    it('reads what was published since a topic grew only after all that lay there, be it twice as large now', async () => {
      const of = await aTopic(2);
      const former = [...words('a', 40), ...words('b', 40)];
      await send(...records(of, 0, former.slice(0, 40)), ...records(of, 1, former.slice(40)));
      await kafka.grow(of.name, 3);
      const then = [...words('c', 5), ...words('d', 5)];
      await send(...records(of, 2, then.slice(0, 5), '40,40'), ...records(of, 0, then.slice(5), '40,40'));
      await kafka.grow(of.name, 4);
      const now = words('e', 3);
      await send(...records(of, 3, now, '45,40,5'));
      const seen = await read((await everything(of)).toReversed());
      expect([seen.slice(0, 80).toSorted(), seen.slice(80, 90).toSorted(), seen.slice(90)]).toEqual([
        former.toSorted(),
        then.toSorted(),
        now,
      ]);
    });

    it('waits in reading neither for what is not to be read, nor for what is not there', async () => {
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
