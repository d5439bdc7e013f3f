import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { table, UniqueConflict } from '@tradewind/messaging';
import {
  StoreUnavailable,
  type Change,
  type RelaySession,
  type Store,
  type Transaction,
} from '@tradewind/messaging/internals';
import { outboxRow } from './outbox-row.js';
import { eventually } from '../eventually.js';
import { openTransaction, Rollback, type OpenTransaction } from './open-transaction.js';

interface Thing {
  readonly thingId: string;
  readonly color?: string;
  readonly count?: number;
  readonly parts?: readonly { name: string }[];
}
const Things = table<Thing>('things', 'thingId', { thingId: 'text', color: 'text', count: 'int8', parts: 'jsonb' });

const change = (thing: Thing): Change => ({ table: Things, key: thing.thingId, row: thing, isNew: false });
const insert = (tx: Transaction, ...things: Thing[]): Promise<void> => tx.save(Things, things.map(change), new Set());
const update = (tx: Transaction, ...things: Thing[]): Promise<void> =>
  tx.save(Things, things.map(change), new Set(things.map(({ thingId }) => thingId)));
const load = async (tx: Transaction, ...ids: string[]): Promise<Thing[]> =>
  (await tx.load({ table: Things, by: new Map([['thingId', new Set(ids)]]) })) as Thing[];
const message = (rest: Parameters<typeof outboxRow>[0] = {}) => outboxRow({ key: randomUUID(), ...rest });
const idempotency = { scope: 'me', route: 'r', bodyHash: 'h', at: new Date(0) };

const anEffect = (name: string, key = name) => ({
  id: randomUUID(),
  name,
  key,
  payload: {},
  cause: randomUUID(),
  correlation: 'k',
});

/** The contract of the Store port for concurrent transactions and for sessions that end. */
export function storeConcurrencyConformance(
  name: string,
  open: () => Promise<{ store: Store; close: () => Promise<void> }>,
): void {
  describe(`${name} with concurrent transactions`, () => {
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

    const keepOpen = (work: (tx: Transaction) => Promise<unknown>): Promise<OpenTransaction> =>
      openTransaction(store, work);

    /** Whether a promise is still pending after the store has answered two other calls. */
    async function isWaiting(promise: Promise<unknown>): Promise<boolean> {
      let settled = false;
      const settle = (): void => void (settled = true);
      promise.then(settle, settle);
      await store.deadLetterCount();
      await store.deadLetterCount();
      return !settled;
    }

    it('lets a load wait for the lock of a row, and returns the row as it is then', async () => {
      const thingId = randomUUID();
      await inOne((tx) => insert(tx, { thingId, count: 1 }));
      const first = await keepOpen(async (tx) =>
        update(tx, { thingId, count: (await load(tx, thingId))[0]!.count! + 1 }),
      );
      const second = inOne((tx) => load(tx, thingId));
      expect(await isWaiting(second)).toBe(true);
      await first.commit();
      expect(await second).toEqual([{ thingId, count: 2 }]);
    });

    it('returns the old row when the transaction that had locked it rolls back', async () => {
      const thingId = randomUUID();
      await inOne((tx) => insert(tx, { thingId, count: 1 }));
      const first = await keepOpen((tx) => update(tx, { thingId, count: 2 }));
      const second = inOne((tx) => load(tx, thingId));
      await first.rollback();
      expect(await second).toEqual([{ thingId, count: 1 }]);
    });

    it('does not return a row that no longer matches once it is locked', async () => {
      const [thingId, color] = [randomUUID(), randomUUID()];
      await inOne((tx) => insert(tx, { thingId, color }));
      const first = await keepOpen((tx) => update(tx, { thingId, color: 'blue' }));
      const second = inOne((tx) => tx.load({ table: Things, by: new Map([['color', new Set([color])]]) }));
      expect(await isWaiting(second)).toBe(true);
      await first.commit();
      expect(await second).toEqual([]);
    });

    it('neither returns nor waits for an uncommitted row', async () => {
      const thingId = randomUUID();
      const first = await keepOpen((tx) => insert(tx, { thingId }));
      expect(await inOne((tx) => load(tx, thingId))).toEqual([]);
      await first.commit();
      expect(await inOne((tx) => load(tx, thingId))).toEqual([{ thingId }]);
    });

    it('lets an insert of the same key wait, and fail with the name of the constraint when the first commits', async () => {
      const thingId = randomUUID();
      const first = await keepOpen((tx) => insert(tx, { thingId }));
      const second = inOne((tx) => insert(tx, { thingId }));
      expect(await isWaiting(second)).toBe(true);
      await Promise.all([
        first.commit(),
        expect(second).rejects.toMatchObject({ name: 'UniqueConflict', constraint: 'things_pkey' }),
      ]);
    });

    it('lets an insert of the same key succeed when the first rolls back', async () => {
      const thingId = randomUUID();
      const first = await keepOpen((tx) => insert(tx, { thingId, count: 1 }));
      const second = inOne((tx) => insert(tx, { thingId, count: 2 }));
      await first.rollback();
      await second;
      expect(await inOne((tx) => load(tx, thingId))).toEqual([{ thingId, count: 2 }]);
    });

    it('ends a deadlock: one transaction fails with a transient error, the other continues', async () => {
      const [a, b] = [randomUUID(), randomUUID()];
      await inOne((tx) => insert(tx, { thingId: a }, { thingId: b }));
      let [both, here] = [(): void => undefined, 0];
      const meeting = new Promise<void>((resolve) => (both = resolve));
      const cross = (first: string, second: string): Promise<Thing[]> =>
        inOne(async (tx) => {
          await load(tx, first);
          if (++here === 2) both();
          await meeting;
          return load(tx, second);
        });
      const ends = await Promise.allSettled([cross(a, b), cross(b, a)]);
      const failed = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason as unknown] : []));
      expect(failed).toHaveLength(1);
      expect(failed[0]).toBeInstanceOf(StoreUnavailable);
      expect(failed[0]).toMatchObject({ reason: 'deadlock' });
    });

    it('rolls back a transaction with a failed statement, and rejects with its error, even when the work continues', async () => {
      const thingId = randomUUID();
      const continuing = inOne(async (tx) => {
        await insert(tx, { thingId });
        await insert(tx, { thingId }).catch(() => undefined); // a write may fail at once, or at the end of the transaction
        await expect(load(tx, thingId)).rejects.toThrow();
      });
      await expect(continuing).rejects.toBeInstanceOf(UniqueConflict);
      expect(await inOne((tx) => load(tx, thingId))).toEqual([]);
    });

    it('rolls back when the work throws', async () => {
      const thingId = randomUUID();
      const failing = inOne(async (tx) => {
        await Promise.all([insert(tx, { thingId }), insert(tx, { thingId: randomUUID() })]);
        throw new Rollback();
      });
      await expect(failing).rejects.toBeInstanceOf(Rollback);
      expect(await inOne((tx) => load(tx, thingId))).toEqual([]);
    });

    it('stores and returns copies', async () => {
      const thing = { thingId: randomUUID(), parts: [{ name: 'wheel' }] };
      await inOne((tx) => insert(tx, thing));
      thing.parts[0]!.name = 'changed';
      const [first] = await inOne((tx) => load(tx, thing.thingId));
      first!.parts![0]!.name = 'changed too';
      expect((await inOne((tx) => load(tx, thing.thingId)))[0]!.parts).toEqual([{ name: 'wheel' }]);
    });

    it('assigns positions at the insert: a transaction that commits later may have a lower one', async () => {
      const [early, late] = [message(), message()];
      const first = await keepOpen((tx) => tx.append([early]));
      await inOne((tx) => tx.append([late]));
      const before = await session.take(1_000);
      expect(before.map(({ id }) => id)).toContain(late.id);
      expect(before.map(({ id }) => id)).not.toContain(early.id);
      await first.commit();
      const ids = (await session.take(1_000)).map(({ id }) => id);
      expect(ids.indexOf(early.id)).toBeGreaterThanOrEqual(0);
      expect(ids.indexOf(early.id)).toBeLessThan(ids.indexOf(late.id));
    });

    it('lets a message of the same key wait for the first transaction, and gives it the next sequence', async () => {
      const key = randomUUID();
      const [first, second] = [message({ key }), message({ key })];
      const firstTransaction = await keepOpen((tx) => tx.append([first]));
      const waiting = inOne((tx) => tx.append([second]));
      expect(await isWaiting(waiting)).toBe(true);
      await firstTransaction.commit();
      await waiting;
      const appended = (await session.take(1_000)).filter((row) => row.key === key);
      expect(appended.map(({ id, sequence }) => [id, sequence])).toEqual([
        [first.id, 1n],
        [second.id, 2n],
      ]);
    });

    it('lets a claim of the same key wait: it gets the answer when the first commits, and the claim when it rolls back', async () => {
      const claim = { ...idempotency, key: randomUUID() };
      const first = await keepOpen((tx) => tx.claim([claim]));
      const second = await (async () => {
        const waiting = keepOpen(async (tx) => {
          expect(await tx.claim([claim])).toEqual([{ isNew: true }]);
          await tx.saveAnswers([{ claim, answer: 7 }]);
        });
        expect(await isWaiting(waiting)).toBe(true);
        await first.rollback();
        return waiting;
      })();
      const third = inOne((tx) => tx.claim([claim]));
      expect(await isWaiting(third)).toBe(true);
      await second.commit();
      expect(await third).toMatchObject([{ isNew: false, bodyHash: 'h', answer: 7 }]);
    });

    it('does not lease an effect that a transaction is finishing, and does not wait', async () => {
      const [effect, token] = [randomUUID(), randomUUID()];
      const effectRow = {
        id: randomUUID(),
        name: effect,
        key: 'k',
        payload: {},
        cause: randomUUID(),
        correlation: 'k',
      };
      await inOne((tx) => tx.scheduleEffects([effectRow]));
      await store.claimEffects([effect], 1, 0, token);
      const first = await keepOpen((tx) => tx.finishEffects([{ id: effectRow.id, token }]));
      expect(await store.claimEffects([effect], 1, 0, randomUUID())).toEqual([]);
      await first.rollback();
      expect(await store.claimEffects([effect], 1, 0, randomUUID())).toHaveLength(1);
    });

    it('leases one effect of a key, also when an earlier one is committed later', async () => {
      const name = randomUUID();
      const [earlier, later] = [anEffect(name), anEffect(name)];
      const claim = async (token: string) => (await store.claimEffects([name], 10, 60_000, token)).map(({ id }) => id);
      const first = await keepOpen((tx) => tx.scheduleEffects([earlier]));
      await inOne((tx) => tx.scheduleEffects([later]));
      const token = randomUUID();
      expect(await claim(token)).toEqual([later.id]);
      await first.commit();
      expect(await claim(randomUUID())).toEqual([]);
      await inOne((tx) => tx.finishEffects([{ id: later.id, token }]));
      expect(await claim(randomUUID())).toEqual([earlier.id]);
    });

    it('leases an effect again after its lease expires, also when an earlier one is committed later', async () => {
      const name = randomUUID();
      const [earlier, later] = [anEffect(name), anEffect(name)];
      const first = await keepOpen((tx) => tx.scheduleEffects([earlier]));
      await inOne((tx) => tx.scheduleEffects([later]));
      await store.claimEffects([name], 1, 0, randomUUID());
      await first.commit();
      expect((await store.claimEffects([name], 10, 60_000, randomUUID())).map(({ id }) => id)).toEqual([later.id]);
    });

    it('does not renew the lease of an effect that a transaction is finishing, and does not wait', async () => {
      const [name, token] = [randomUUID(), randomUUID()];
      const [ending, other] = [anEffect(name, randomUUID()), anEffect(name, randomUUID())];
      await inOne((tx) => tx.scheduleEffects([ending, other]));
      await store.claimEffects([name], 2, 0, token);
      const first = await keepOpen((tx) => tx.finishEffects([{ id: ending.id, token }]));
      await store.renewEffects([ending.id, other.id], token, 60_000);
      await first.rollback();
      expect((await store.claimEffects([name], 2, 60_000, randomUUID())).map(({ id }) => id)).toEqual([ending.id]);
    });

    it('keeps a timeout of years, and finds due ones behind others', async () => {
      const timeout = (timeoutMs: number) => ({
        id: randomUUID(),
        sagaId: 's:1',
        name: 'n',
        timeoutMs,
        startedBy: null,
      });
      const [later, ...due] = [timeout(10 * 365 * 86_400_000), timeout(0), timeout(0), timeout(0)];
      await inOne((tx) => tx.scheduleTimeouts([later, ...due]));
      const all = await store.dueTimeouts(1_000);
      expect(all.map(({ id }) => id)).toEqual(expect.arrayContaining(due.map(({ id }) => id)));
      expect(all.map(({ id }) => id)).not.toContain(later.id);
      expect(await store.dueTimeouts(2, 1)).toEqual(all.slice(1, 3));
      await inOne((tx) => tx.takeTimeouts([later, ...due].map(({ id }) => id)));
    });

    it('lets a mark of the relay wait for a transaction that takes a timeout which the mark starts', async () => {
      const [command, id] = [message(), randomUUID()];
      await inOne(async (tx) => {
        await tx.append([command]);
        await tx.scheduleTimeouts([{ id, sagaId: 's:1', name: 'n', timeoutMs: 0, startedBy: command.id }]);
      });
      const first = await keepOpen((tx) => tx.takeTimeouts([id]));
      const [row] = (await session.take(1_000)).filter((each) => each.id === command.id);
      const marked = session.mark([{ position: row!.position, partition: 0, offset: 1_000_000n }]);
      expect(await isWaiting(marked)).toBe(true);
      await first.commit();
      await marked;
      expect((await store.dueTimeouts(1_000)).map((timeout) => timeout.id)).not.toContain(id);
    });

    it('does not cancel a timeout that another transaction has locked, and does not wait', async () => {
      const timeout = { id: randomUUID(), sagaId: 's:1', name: 'n', timeoutMs: 0, startedBy: null };
      await inOne((tx) => tx.scheduleTimeouts([timeout]));
      const first = await keepOpen((tx) => tx.takeTimeouts([timeout.id]));
      await inOne((tx) => tx.scheduleTimeouts([], [timeout.id]));
      await first.rollback();
      expect((await store.dueTimeouts(1_000)).map(({ id }) => id)).toContain(timeout.id);
    });

    it('rejects a mark of rows that are already marked, or by a closed session', async () => {
      const appended = message();
      await inOne((tx) => tx.append([appended]));
      const [row] = (await session.take(1_000)).filter(({ id }) => id === appended.id);
      const place = [{ position: row!.position, partition: 0, offset: 2_000_000n }];
      await session.close();
      await expect(session.mark(place)).rejects.toThrow();
      session = (await store.lead())!;
      await session.mark(place);
      await expect(session.mark(place)).rejects.toThrow('1 rows were published, 0 could be marked');
    });

    it('notifies the leader of rows appended by another process', async () => {
      let notifications = 0;
      session.onNotify(() => notifications++);
      await store.notify();
      await eventually(() => notifications > 0);
    });
  });
}
