import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  SagaHistory,
  SagaInstances,
  type InboxMark,
  type PartitionOffset,
  type PruneStep,
  type RelaySession,
  type Store,
} from '@tradewind/messaging/internals';
import { outboxRow } from './outbox-row.js';
import type { OpenedStore } from './store-broker-state-conformance.js';

const hourMs = 3_600_000;

/** The contract of the Store port for what it prunes, and for what it knows afterwards. */
export function storeRetentionConformance(name: string, open: () => Promise<OpenedStore>): void {
  describe(`${name} as a store that is pruned`, () => {
    let store: Store;
    let close: () => Promise<void>;
    let session: RelaySession;
    let [base, past, future] = [0, new Date(0), new Date(0)];
    const fromNow = (ms: number): Date => new Date(base + ms);
    beforeAll(async () => {
      ({ store, close } = await open());
      session = (await store.lead())!;
      base = (await store.now()).getTime();
      [past, future] = [fromNow(-24 * hourMs), fromNow(24 * hourMs)];
    });
    afterAll(async () => {
      await session.close();
      await close();
    });

    /** Walks to the end; returns the number of removed rows. */
    const prune = async (walk: Omit<PruneStep, 'rows' | 'after'>, rows = 2): Promise<number> => {
      let removed = 0;
      for (let after: string | null = null; ;) {
        const step = await store.prune({ ...walk, rows, after });
        expect(step.removed).toBeLessThanOrEqual(rows);
        removed += step.removed;
        if (step.after === null) return removed;
        after = step.after;
      }
    };

    describe('the inbox', () => {
      const topic = randomUUID();
      const markOf = (partition: number, offset: number, createdAt?: Date): InboxMark => ({
        id: randomUUID(),
        orderingKey: `${topic}\nk`,
        place: { partition, offset: BigInt(offset), createdAt: createdAt?.getTime() },
      });
      const mark = (consumer: string, ...marks: InboxMark[]) => store.transaction((tx) => tx.mark(consumer, marks));
      const ends = (...offsets: number[]): PartitionOffset[] =>
        offsets.map((offset, partition) => ({ topic, partition, offset: BigInt(offset) }));
      const pruneInbox = (consumer: string, settledMs = 0) =>
        prune({ table: 'msg_inbox', before: future, consumer, settledMs });
      const ids = (...marks: InboxMark[]) => new Set(marks.map(({ id }) => id));
      const none = new Set();

      it('keeps samples, oldest first, until a horizon is made of one', async () => {
        const consumer = randomUUID();
        const now = await store.now();
        const samples = [3, 2, 1].map((hours) => ({ at: new Date(now.getTime() - hours * hourMs), ends: ends(hours) }));
        for (const sample of samples) await store.addInboxSample(consumer, sample);
        expect(await store.inboxSamples(consumer)).toEqual(samples);
        expect(await store.raiseInboxHorizons(consumer, samples[1]!, past)).toBe(true);
        expect(await store.inboxSamples(consumer)).toEqual([samples[2]]);
        const found = (await store.inboxHorizons()).filter((each) => each.consumer === consumer);
        expect(found).toEqual([{ consumer, ...ends(2)[0], marksBefore: past, sampledAt: samples[1]!.at }]);
      });

      it('never lowers a horizon', async () => {
        const consumer = randomUUID();
        await store.raiseInboxHorizons(consumer, { at: fromNow(-1_000), ends: ends(10) }, past);
        expect(await store.raiseInboxHorizons(consumer, { at: fromNow(0), ends: ends(9) }, past)).toBe(false);
        expect(await store.raiseInboxHorizons(consumer, { at: fromNow(-2_000), ends: ends(11) }, past)).toBe(false);
        expect((await store.inboxHorizons()).find((each) => each.consumer === consumer)?.offset).toBe(10n);
      });

      it('loses marks before the horizon, and knows that their messages were handled', async () => {
        const consumer = randomUUID();
        const marks = [markOf(0, 1), markOf(0, 2), markOf(1, 7)];
        await mark(consumer, ...marks);
        expect(await pruneInbox(consumer)).toBe(0);
        await store.raiseInboxHorizons(consumer, { at: fromNow(0), ends: ends(3, 8) }, future);
        expect(await pruneInbox(consumer, hourMs)).toBe(0); // a statement may have begun before
        expect(await pruneInbox(consumer)).toBe(3);
        expect(
          await store.notHandled(
            consumer,
            marks.map(({ id }) => id),
          ),
        ).toEqual(ids(...marks));
        const [next, other] = [markOf(0, 3), markOf(2, 0)];
        expect(await mark(consumer, ...marks, next, other)).toEqual({
          duplicates: ids(...marks),
          blocked: none,
          doubtful: none,
        });
        expect((await mark(consumer, next, other)).duplicates).toEqual(ids(next, other));
      });

      it('keeps marks that are younger, of other topics and of other consumers', async () => {
        const [consumer, other] = [randomUUID(), randomUUID()];
        const foreign: InboxMark = { ...markOf(0, 1), orderingKey: `${randomUUID()}\nk` };
        await mark(consumer, markOf(0, 1), foreign);
        await mark(other, markOf(0, 1));
        await store.raiseInboxHorizons(consumer, { at: fromNow(0), ends: ends(3) }, past);
        expect(await pruneInbox(consumer)).toBe(0);
        await store.raiseInboxHorizons(consumer, { at: fromNow(1_000), ends: ends(3) }, future);
        expect([await pruneInbox(consumer), await pruneInbox(other)]).toEqual([1, 0]);
      });

      it('doubts an old message behind the horizon, and a new one before it, unless they are marked', async () => {
        const consumer = randomUUID();
        const [old, recent] = [fromNow(-10 * hourMs), fromNow(10 * hourMs)];
        const known = markOf(0, 5, old);
        await mark(consumer, known);
        await store.raiseInboxHorizons(consumer, { at: fromNow(0), ends: ends(3) }, fromNow(-2 * hourMs));
        const doubtful = [markOf(0, 3, old), markOf(0, 2, recent)];
        const fine = [markOf(0, 3, recent), markOf(0, 3), markOf(0, 3, fromNow(-hourMs / 2)), markOf(1, 3, old)];
        const handled = [markOf(0, 2, old), markOf(0, 2), markOf(0, 2, fromNow(hourMs / 2))];
        expect(await mark(consumer, ...doubtful, ...fine, ...handled, known)).toEqual({
          duplicates: ids(...handled, known),
          blocked: none,
          doubtful: ids(...doubtful),
        });
      });

      it('marks a message without a place wherever the horizon is', async () => {
        const consumer = randomUUID();
        await store.raiseInboxHorizons(consumer, { at: fromNow(0), ends: ends(3) }, past);
        expect(await mark(consumer, { id: randomUUID(), orderingKey: `${topic}\nk` })).toEqual({
          duplicates: none,
          blocked: none,
          doubtful: none,
        });
      });
    });

    it('prunes the archive from given offsets on, and knows up to where', async () => {
      const topic = randomUUID();
      const row = () => outboxRow({ topic });
      await store.transaction((tx) => tx.append([row(), row(), row(), row(), row()]));
      const taken = (await session.take(100)).filter((each) => each.topic === topic);
      await session.mark(
        taken.map(({ position }, at) => ({ position, partition: at === 4 ? 1 : 0, offset: BigInt(10 + at) })),
      );
      const walk = { table: 'msg_outbox_archive', partitions: [{ topic, partition: 0, offset: 11n }] } as const;
      expect(await prune({ ...walk, before: past })).toBe(0);
      expect((await store.archiveHorizons()).filter((each) => each.topic === topic)).toEqual([]);
      expect(await prune({ ...walk, before: future })).toBe(3);
      expect((await store.archiveHorizons()).filter((each) => each.topic === topic)).toEqual([
        { topic, partition: 0, offset: 14n },
      ]);
    });

    it('prunes effects that have a result, and no other', async () => {
      const effect = () => ({
        id: randomUUID(),
        name: 'n',
        key: randomUUID(),
        payload: {},
        cause: randomUUID(),
        correlation: 'c',
      });
      const [done, pending] = [effect(), effect()];
      await store.transaction((tx) => tx.scheduleEffects([done, pending]));
      const token = randomUUID();
      await store.claimEffects(['n'], 10, 60_000, token);
      await store.transaction((tx) => tx.finishEffects([{ id: done.id, token }]));
      expect(await prune({ table: 'msg_effects', before: past })).toBe(0);
      expect(await prune({ table: 'msg_effects', before: future })).toBe(1);
      expect((await store.pendingEffects()).pending).toBe(1);
    });

    it('prunes the history of sagas that ended, and of no other', async () => {
      const [ended, running] = [randomUUID(), randomUUID()];
      const at = fromNow(0);
      const saga = (id: string, status: string) => ({ id, saga: 's', version: 1, subject: id, status, stuck: false });
      const sagas = [saga(ended, 'completed'), saga(running, 'running')].map((row) => ({
        table: SagaInstances,
        key: row.id,
        isNew: true,
        row: { ...row, state: {}, startedAt: at, updatedAt: at },
      }));
      const history = [ended, ended, running].map((sagaId) => {
        const id = randomUUID();
        const row = { id, sagaId, at, cause: randomUUID(), transition: {} };
        return { table: SagaHistory, key: id, isNew: true, row };
      });
      await store.transaction(async (tx) => {
        await tx.save(SagaInstances, sagas, new Set());
        await tx.save(SagaHistory, history, new Set());
      });
      expect(await prune({ table: 'msg_saga_history', before: past })).toBe(0);
      expect(await prune({ table: 'msg_saga_history', before: future })).toBe(2);
    });

    it('prunes idempotency keys that were claimed before, and claims them again', async () => {
      const claim = (at: Date) => ({ scope: randomUUID(), route: 'r', key: 'k', bodyHash: 'h', at });
      const [old, recent] = [claim(past), claim(fromNow(0))];
      await store.transaction((tx) => tx.claim([old, recent]));
      expect(await prune({ table: 'msg_idempotency', before: fromNow(-hourMs) }, 1)).toBe(1);
      const results = await store.transaction((tx) => tx.claim([old, recent]));
      expect(results.map(({ isNew }) => isNew)).toEqual([true, false]);
    });

    it('tells the size of its tables', async () => {
      const sizes = await store.tableSizes();
      expect(sizes.map(({ table }) => table)).toEqual(expect.arrayContaining(['msg_inbox', 'msg_outbox_archive']));
      expect(sizes.every(({ bytes }) => bytes > 0)).toBe(true);
    });
  });
}
