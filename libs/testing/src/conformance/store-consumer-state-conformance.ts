import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Store } from '@tradewind/messaging/internals';
import type { OpenedStore } from './store-broker-state-conformance.js';

/** The contract of the Store port for what it remembers of consumer groups. */
export function storeConsumerStateConformance(name: string, open: () => Promise<OpenedStore>): void {
  describe(`${name} as a store of consumer state`, () => {
    const consumer = randomUUID();
    let opened: OpenedStore;
    let store: Store;
    beforeAll(async () => {
      opened = await open();
      ({ store } = opened);
    });
    afterAll(() => opened.close());
    const startsAt = (topic: string, ...offsets: bigint[]) =>
      offsets.map((offset, partition) => ({ topic, partition, offset }));

    it('decides once where a consumer starts', async () => {
      const decisions = await Promise.all(
        [7n, 8n].map((offset) => store.decideStart(consumer, 't', startsAt('t', offset, 2n ** 60n).toReversed())),
      );
      expect(decisions[0]).toEqual(decisions[1]);
      expect(await store.decideStart(consumer, 't', startsAt('t', 9n, 9n, 9n))).toEqual(decisions[0]);
      expect([startsAt('t', 7n, 2n ** 60n), startsAt('t', 8n, 2n ** 60n)]).toContainEqual(decisions[0]);
      await store.decideStart(consumer, 'u', startsAt('u', 0n));
      expect(await store.decidedStarts(consumer)).toEqual([...decisions[0]!, ...startsAt('u', 0n)]);
      expect(await store.decidedStarts(randomUUID())).toEqual([]);
    });

    it('remembers skipped types until they are handled', async () => {
      for (const type of ['b', 'a', 'a']) await store.recordSkippedType(consumer, { topic: 't', type });
      expect(await store.skippedTypes(consumer)).toEqual([
        { topic: 't', type: 'a' },
        { topic: 't', type: 'b' },
      ]);
      await store.forgetSkippedTypes(consumer, ['a', 'c']);
      expect(await store.skippedTypes(consumer)).toEqual([{ topic: 't', type: 'b' }]);
      expect(await store.skippedTypes(randomUUID())).toEqual([]);
    });
  });
}
