import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { topic as messageTopic } from '@tradewind/messaging';
import type {
  OwnRecord,
  OutboxRow,
  DeadLetter,
  RelaySession,
  Store,
  UnpublishedRow,
} from '@tradewind/messaging/internals';
import { eventually } from '../eventually.js';
import { outboxRow } from './outbox-row.js';

/** A store under test, and an operator's request for more partitions of a topic. */
export interface OpenedStore {
  readonly store: Store;
  readonly requestPartitions: (topic: string, partitions: number) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** The contract of the Store port for what it records of the broker: published ends, partition counts, published and handled messages. */
export function storeBrokerStateConformance(name: string, open: () => Promise<OpenedStore>): void {
  describe(`${name} as a store of broker state`, () => {
    const topic = randomUUID();
    let store: Store;
    let close: () => Promise<void>;
    let requestPartitions: OpenedStore['requestPartitions'];
    let session: RelaySession;
    beforeAll(async () => {
      ({ store, close, requestPartitions } = await open());
      session = (await store.lead())!;
    });
    afterAll(async () => {
      await session.close();
      await close();
    });

    const row = (archived = true): OutboxRow => outboxRow({ topic, key: randomUUID(), archived });
    const append = async (...rows: OutboxRow[]): Promise<readonly UnpublishedRow[]> => {
      await store.transaction((tx) => tx.append(rows));
      return session.take(100);
    };
    const claimOf = ({ id, key, archived }: OutboxRow, sequence = 1n): OwnRecord => ({
      id,
      key,
      topic,
      archived,
      sequence,
    });
    const publishedEnds = async () => (await store.publishedEnds()).filter((each) => each.topic === topic);

    it('records the offset after the last published record of each partition', async () => {
      const taken = await append(row(), row(), row());
      await session.mark(
        taken.map(({ position }, index) => ({ position, partition: index % 2, offset: BigInt(10 + index) })),
      );
      expect((await publishedEnds()).sort((a, b) => a.partition - b.partition)).toEqual([
        { topic, partition: 0, offset: 13n },
        { topic, partition: 1, offset: 12n },
      ]);
    });

    it('never lowers a published end', async () => {
      const [taken] = await append(row());
      await session.mark([{ position: taken!.position, partition: 0, offset: 4n }]);
      expect(await publishedEnds()).toContainEqual({ topic, partition: 0, offset: 13n });
    });

    it('records the published end of a compacted topic, which has no archive', async () => {
      const [taken] = await append(row(false));
      await session.mark([{ position: taken!.position, partition: 7, offset: 0n }]);
      expect(await publishedEnds()).toContainEqual({ topic, partition: 7, offset: 1n });
    });

    describe('the partition count of a topic', () => {
      const declared = messageTopic(randomUUID(), { owner: 'test', partitions: 3 });
      const count = { topic: declared.name, partitions: 3, previousEnds: [], increasingTo: null };

      it('starts with the declared number, and does not change with the declaration', async () => {
        expect(await session.partitionCounts([declared])).toEqual([count]);
        expect(await session.partitionCounts([{ ...declared, partitions: 9 }])).toEqual([count]);
        expect(await store.partitionCounts()).toContainEqual(count);
      });

      it('does not change without a request', async () => {
        expect(
          await session.increasePartitions({ topic: declared.name, partitions: 5, previousEnds: [1n, 2n, 3n] }),
        ).toBe(false);
        expect(await session.partitionCounts([declared])).toEqual([count]);
      });

      it('is changed to the requested number by the leader', async () => {
        await requestPartitions(declared.name, 5);
        expect(await session.partitionCounts([declared])).toEqual([{ ...count, increasingTo: 5 }]);
        expect(
          await session.increasePartitions({ topic: declared.name, partitions: 5, previousEnds: [1n, 2n, 3n] }),
        ).toBe(true);
        expect(await session.partitionCounts([declared])).toEqual([
          { ...count, partitions: 5, previousEnds: [1n, 2n, 3n] },
        ]);
      });

      it('can not be changed by a former leader', async () => {
        await requestPartitions(declared.name, 7);
        const former = session;
        await former.close();
        session = await eventually(() => store.lead());
        await expect(
          Promise.resolve().then(() =>
            former.increasePartitions({ topic: declared.name, partitions: 7, previousEnds: [] }),
          ),
        ).rejects.toThrow();
        expect(await session.partitionCounts([declared])).toEqual([
          { ...count, partitions: 5, previousEnds: [1n, 2n, 3n], increasingTo: 7 },
        ]);
      });
    });

    it('knows its own messages, published or not, and finds foreign ones', async () => {
      const [published, waiting, compacted] = [row(), row(), row(false)];
      const taken = await append(published, compacted);
      await session.mark(taken.map(({ position }, index) => ({ position, partition: 3, offset: BigInt(index) })));
      await append(waiting);
      const [foreign, next] = [claimOf(row()), claimOf({ ...row(false), key: compacted.key }, 2n)];
      const unknown = await store.notPublishedHere([
        claimOf(published),
        claimOf(waiting),
        claimOf(compacted),
        foreign,
        next,
      ]);
      expect([...unknown].sort()).toEqual([foreign.id, next.id].sort());
    });

    it('knows which messages a consumer has handled or dead-lettered', async () => {
      const [consumer, handled, deadLettered, unhandled] = Array.from({ length: 4 }, () => randomUUID()) as [
        string,
        string,
        string,
        string,
      ];
      const message: DeadLetter = {
        consumer,
        orderingKey: 'other key',
        messageId: deadLettered,
        topic,
        partition: 0,
        offset: 0n,
        key: 'k',
        value: null,
        headers: {},
      };
      await store.transaction(async (tx) => {
        await tx.mark(consumer, [{ id: handled, orderingKey: 'x' }]);
        await tx.addDeadLetters([message], { cause: 'Poison', detail: 'd', attempts: 1 });
      });
      expect([...(await store.notHandled(consumer, [handled, deadLettered, unhandled]))]).toEqual([unhandled]);
      expect([...(await store.notHandled('another', [handled]))]).toEqual([handled]);
    });
  });
}
