import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  topic as messageTopic,
  type ClaimedRecord,
  type OutboxRow,
  type ParkedMessage,
  type RelaySession,
  type Store,
  type TakenRow,
} from '@tradewind/messaging';
import { eventually } from './eventually.js';

/** A store under test, and the hand of an operator who wishes that a topic had more partitions. */
export interface OpenedStore {
  readonly store: Store;
  readonly wishSize: (topic: string, partitions: number) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** What every implementation of the Store port knows of the broker: what was published, said, handled. */
export function storePositionsConformance(name: string, open: () => Promise<OpenedStore>): void {
  describe(`${name} as a store that knows where it stands`, () => {
    const topic = randomUUID();
    let store: Store;
    let close: () => Promise<void>;
    let wishSize: OpenedStore['wishSize'];
    let session: RelaySession;
    beforeAll(async () => {
      ({ store, close, wishSize } = await open());
      session = (await store.lead())!;
    });
    afterAll(async () => {
      await session.close();
      await close();
    });

    const row = (archived = true): OutboxRow => ({
      id: randomUUID(),
      topic,
      key: randomUUID(),
      type: 'thing.made',
      version: 1,
      payload: '{}',
      causation: randomUUID(),
      correlation: 'k',
      traceparent: null,
      occurredAt: new Date(0),
      headers: null,
      archived,
    });
    const say = async (...rows: OutboxRow[]): Promise<readonly TakenRow[]> => {
      await store.transaction((tx) => tx.append(rows));
      return session.take(100);
    };
    const claimOf = ({ id, key, archived }: OutboxRow, sequence = 1n): ClaimedRecord => ({
      id,
      key,
      topic,
      archived,
      sequence,
    });
    const publishedTo = async () => (await store.publishedTo()).filter((each) => each.topic === topic);

    it('counts the position of each partition on to behind what was published last', async () => {
      const taken = await say(row(), row(), row());
      await session.mark(
        taken.map(({ position }, index) => ({ position, partition: index % 2, offset: BigInt(10 + index) })),
      );
      expect((await publishedTo()).sort((a, b) => a.partition - b.partition)).toEqual([
        { topic, partition: 0, next: 13n },
        { topic, partition: 1, next: 12n },
      ]);
    });

    it('never counts a position back', async () => {
      const [taken] = await say(row());
      await session.mark([{ position: taken!.position, partition: 0, offset: 4n }]);
      expect(await publishedTo()).toContainEqual({ topic, partition: 0, next: 13n });
    });

    it('counts a compacted topic on, of which it keeps nothing', async () => {
      const [taken] = await say(row(false));
      await session.mark([{ position: taken!.position, partition: 7, offset: 0n }]);
      expect(await publishedTo()).toContainEqual({ topic, partition: 7, next: 1n });
    });

    describe('the size of a topic', () => {
      const declared = messageTopic(randomUUID(), { owner: 'test', partitions: 3 });
      const size = { topic: declared.name, partitions: 3, after: [], growingTo: null };

      it('begins as it is declared, and is what it was whatever is declared later', async () => {
        expect(await session.sizes([declared])).toEqual([size]);
        expect(await session.sizes([{ ...declared, partitions: 9 }])).toEqual([size]);
        expect(await store.topicSizes()).toContainEqual(size);
      });

      it('is not changed where nobody has wished so', async () => {
        expect(await session.grow({ topic: declared.name, partitions: 5, after: [1n, 2n, 3n] })).toBe(false);
        expect(await session.sizes([declared])).toEqual([size]);
      });

      it('becomes what was wished for, by the hand of the leader', async () => {
        await wishSize(declared.name, 5);
        expect(await session.sizes([declared])).toEqual([{ ...size, growingTo: 5 }]);
        expect(await session.grow({ topic: declared.name, partitions: 5, after: [1n, 2n, 3n] })).toBe(true);
        expect(await session.sizes([declared])).toEqual([{ ...size, partitions: 5, after: [1n, 2n, 3n] }]);
      });

      it('is not changed by a former leader', async () => {
        await wishSize(declared.name, 7);
        const former = session;
        await former.close();
        session = await eventually(() => store.lead());
        await expect(
          Promise.resolve().then(() => former.grow({ topic: declared.name, partitions: 7, after: [] })),
        ).rejects.toThrow();
        expect(await session.sizes([declared])).toEqual([
          { ...size, partitions: 5, after: [1n, 2n, 3n], growingTo: 7 },
        ]);
      });
    });

    it('knows what it has said, published or not, and what it never said', async () => {
      const [published, waiting, compacted] = [row(), row(), row(false)];
      const taken = await say(published, compacted);
      await session.mark(taken.map(({ position }, index) => ({ position, partition: 3, offset: BigInt(index) })));
      await say(waiting);
      const [stranger, next] = [claimOf(row()), claimOf({ ...row(false), key: compacted.key }, 2n)];
      const unknown = await store.neverSaid([claimOf(published), claimOf(waiting), claimOf(compacted), stranger, next]);
      expect([...unknown].sort()).toEqual([stranger.id, next.id].sort());
    });

    it('knows what a consumer has handled or set aside', async () => {
      const [consumer, handled, parked, never] = Array.from({ length: 4 }, () => randomUUID()) as [
        string,
        string,
        string,
        string,
      ];
      const message: ParkedMessage = {
        consumer,
        lane: 'aside',
        messageId: parked,
        topic,
        partition: 0,
        offset: 0n,
        key: 'k',
        value: null,
        headers: {},
      };
      await store.transaction(async (tx) => {
        await tx.mark(consumer, [{ id: handled, lane: 'x' }]);
        await tx.park([message], { cause: 'Poison', detail: 'd', tries: 1 });
      });
      expect([...(await store.neverHandled(consumer, [handled, parked, never]))]).toEqual([never]);
      expect([...(await store.neverHandled('another', [handled]))]).toEqual([handled]);
    });
  });
}
