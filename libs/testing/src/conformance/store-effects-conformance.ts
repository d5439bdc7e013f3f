import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PublicationEffects } from '@tradewind/messaging';
import type {
  ClaimedEffect,
  EffectRow,
  OutboxRow,
  RelaySession,
  Store,
  Transaction,
} from '@tradewind/messaging/internals';
import { aTrace, outboxRow as row, published } from './outbox-row.js';
import type { OpenedStore } from './store-broker-state-conformance.js';

const { traceparent, ...state } = aTrace;

/** The part of the Store's contract that is about effects. */
export function storeEffectsConformance(name: string, open: () => Promise<OpenedStore>): void {
  describe(`${name} as a store of effects`, () => {
    let store: Store;
    let close: () => Promise<void>;
    let session: RelaySession;
    beforeAll(async () => {
      ({ store, close } = await open());
      session = (await store.lead())!;
    });
    afterAll(async () => {
      await session.close();
      await close();
    });
    const inOne = <T>(work: (transaction: Transaction) => Promise<T>): Promise<T> => store.transaction(work);

    it('leases effects one at a time a key, in the order of scheduling', async () => {
      const key = randomUUID();
      const effect = randomUUID();
      const anEffect = (of: string) => ({
        id: randomUUID(),
        name: effect,
        key: of,
        payload: { of },
        cause: randomUUID(),
        correlation: of,
        trace: of === key ? aTrace : null,
      });
      const [first, second, other] = [anEffect(key), anEffect(key), anEffect(`${key}-other`)];
      await inOne((tx) => tx.scheduleEffects([first, second, other]));
      const token = randomUUID();
      const claim = () => store.claimEffects([effect], 10, 60_000, token);
      const claimed = await claim();
      expect(claimed.map(({ id }) => id).sort()).toEqual([first.id, other.id].sort());
      expect(claimed.find(({ id }) => id === first.id)?.trace).toEqual(aTrace);
      expect(claimed.find(({ id }) => id === other.id)?.trace).toBeNull();
      expect(await claim()).toHaveLength(0);
      expect(await inOne((tx) => tx.finishEffects([{ id: first.id, token: randomUUID() }]))).toEqual(new Set());
      expect(await inOne((tx) => tx.finishEffects([{ id: first.id, token }]))).toEqual(new Set([first.id]));
      expect((await claim()).map(({ id, attempts }) => [id, attempts])).toEqual([[second.id, 1]]);
      await store.retryEffect(second.id, token, 0, 'again');
      expect((await claim()).map(({ id, attempts }) => [id, attempts])).toEqual([[second.id, 2]]);
    });

    it('leases an effect again after its lease expires', async () => {
      const effect = randomUUID();
      await inOne((tx) =>
        tx.scheduleEffects([
          { id: randomUUID(), name: effect, key: 'k', payload: {}, cause: randomUUID(), correlation: 'k' },
        ]),
      );
      expect(await store.claimEffects([effect], 1, 0, randomUUID())).toHaveLength(1);
      expect(await store.claimEffects([effect], 1, 60_000, randomUUID())).toHaveLength(1);
    });

    it('ends the attempts of an effect: it and the later ones of its key wait', async () => {
      const [effect, before] = [randomUUID(), await store.deadLetterCount()];
      const [first, second] = [effect, randomUUID()].map((id) => ({
        id,
        name: effect,
        key: effect,
        payload: {},
        cause: randomUUID(),
        correlation: 'k',
      })) as [EffectRow, EffectRow];
      await inOne((tx) => tx.scheduleEffects([first, second]));
      const token = randomUUID();
      const claim = () => store.claimEffects([effect], 10, 60_000, token);
      expect((await claim()).map(({ id }) => id)).toEqual([first.id]);
      await store.deadLetterEffect(first.id, randomUUID(), 'without its lease');
      expect(await store.deadLetterCount()).toBe(before);
      await store.deadLetterEffect(first.id, token, 'too often');
      expect(await claim()).toEqual([]);
      expect(await store.deadLetterCount()).toBe(before + 1);
    });

    it('schedules the publication effects of messages when they are published, in their order, and no others', async () => {
      const [topic, target, effect] = [randomUUID(), randomUUID(), randomUUID()];
      const save = (isNew: boolean, values?: object) =>
        inOne((tx) =>
          tx.save(
            PublicationEffects,
            [{ table: PublicationEffects, key: target, row: values, isNew }],
            isNew ? new Set<string>() : new Set([target]),
          ),
        );
      const rows = [
        row({ topic, type: 'a', key: '1', payload: '{"n":1}', traceparent, headers: { ...state, other: 'x' } }),
        row({ topic, type: 'b', key: '1' }),
        row({ topic, type: 'a', key: '2', payload: null }),
        row({ topic: randomUUID(), type: 'a' }),
      ];
      const publish = async (some: readonly OutboxRow[]) => {
        await inOne((tx) => tx.append(some));
        await session.mark(published(await session.take(1_000)));
      };
      await save(true, { id: target, topic, types: ['a', 'c'], effect });
      await publish(rows);
      await save(false);
      await publish([row({ topic, type: 'a' })]);
      const token = randomUUID();
      const calls: ClaimedEffect[] = [];
      for (let claimed = await store.claimEffects([effect], 10, 60_000, token); claimed.length > 0;) {
        calls.push(...claimed);
        await inOne((tx) => tx.finishEffects(claimed.map(({ id }) => ({ id, token }))));
        claimed = await store.claimEffects([effect], 10, 60_000, token);
      }
      const messages = [rows[0]!, rows[2]!];
      expect(calls.map(({ key, payload }) => ({ key, payload }))).toEqual(
        messages.map(({ id, type, version, key, payload }) => ({
          key: target,
          payload: {
            target,
            id,
            type,
            version,
            topic,
            key,
            sequence: 1,
            occurredAt: '2026-01-01T00:00:00.000Z',
            payload,
          },
        })),
      );
      expect(calls.map(({ cause }) => cause)).toEqual(messages.map(({ causation }) => causation));
      expect(calls.map(({ trace }) => trace)).toEqual([aTrace, null]);
    });

    it('counts pending effects', async () => {
      const before = (await store.pendingEffects()).pending;
      const effect = randomUUID();
      await inOne((tx) =>
        tx.scheduleEffects([
          { id: effect, name: effect, key: effect, payload: {}, cause: randomUUID(), correlation: 'k' },
        ]),
      );
      expect(await store.pendingEffects()).toMatchObject({ pending: before + 1, seconds: expect.any(Number) });
      const [claimed] = await store.claimEffects([effect], 1, 60_000, randomUUID());
      await inOne((tx) => tx.finishEffects([{ id: effect, token: claimed!.token }]));
      expect((await store.pendingEffects()).pending).toBe(before);
    });
  });
}
