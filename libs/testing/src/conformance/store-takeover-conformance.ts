import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Store } from '@tradewind/messaging/internals';
import { outboxRow } from './outbox-row.js';
import type { OpenedStore } from './store-broker-state-conformance.js';

/** The contract of the Store port for what a new database takes over from Kafka. `open` opens a new database. */
export function storeTakeoverConformance(name: string, open: () => Promise<OpenedStore>): void {
  describe(`${name} as a store of a new database`, () => {
    let opened: OpenedStore;
    let store: Store;
    beforeAll(async () => {
      opened = await open();
      ({ store } = opened);
    });
    afterAll(() => opened.close());
    const place = { topic: 't', partition: 1, offset: 7n };
    const handled = [{ consumer: 'c', ...place }];
    const key = 'k';

    const append = (): Promise<void> => store.transaction((tx) => tx.append([outboxRow({ topic: 't', key })]));

    it('takes over sequences, published ends and handled offsets, once', async () => {
      await append(); // a request was accepted before
      expect(await store.isUnused()).toBe(true);
      const sequences = [
        { topic: 't', key, last: 2n ** 40n },
        { topic: 't', key: 'another', last: 1n },
      ];
      expect(await store.takeOver({ sequences, published: [place], handled })).toBe(true);
      expect(await store.isUnused()).toBe(false);
      expect(await store.takeOver({ sequences, published: [{ ...place, offset: 9n }], handled: [] })).toBe(false);
      expect(await store.publishedEnds()).toEqual([place]);
      expect(await store.inboxHorizons()).toMatchObject(handled);
    });

    it('numbers messages of a key behind those that were taken over, also the ones that waited', async () => {
      await append();
      const session = (await store.lead())!;
      expect((await session.take(2)).map(({ sequence }) => sequence)).toEqual([2n ** 40n + 1n, 2n ** 40n + 2n]);
      await session.close();
    });

    it('knows a message before a handled offset as a duplicate, and none behind it', async () => {
      const mark = (offset: bigint, createdAt = Date.now()) => {
        const id = randomUUID();
        return { id, orderingKey: `t\n${id}`, place: { partition: 1, offset, createdAt } };
      };
      const [before, behind, old] = [mark(6n), mark(7n), mark(8n, Date.UTC(2020, 0, 1))];
      const { duplicates, doubtful } = await store.transaction((tx) => tx.mark('c', [before, behind, old]));
      expect([[...duplicates], [...doubtful]]).toEqual([[before.id], []]);
    });
  });
}
