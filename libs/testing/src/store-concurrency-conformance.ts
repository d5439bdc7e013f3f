import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Transient } from '@tradewind/kernel';
import {
  table,
  type Change,
  type OutboxRow,
  type RelaySession,
  type Store,
  type Transaction,
} from '@tradewind/messaging';
import { eventually } from './eventually.js';
import { holdTransaction, Rollback, type HeldTransaction } from './held-transaction.js';

interface Thing {
  readonly thingId: string;
  readonly color?: string;
  readonly count?: number;
  readonly parts?: readonly { name: string }[];
}
const Things = table<Thing>('things', 'thingId', { thingId: 'text', color: 'text', count: 'int8', parts: 'jsonb' });

const change = (thing: Thing): Change => ({ table: Things, key: thing.thingId, row: thing, fresh: false });
const insert = (tx: Transaction, ...things: Thing[]): Promise<void> => tx.save(Things, things.map(change), new Set());
const update = (tx: Transaction, ...things: Thing[]): Promise<void> =>
  tx.save(Things, things.map(change), new Set(things.map(({ thingId }) => thingId)));
const load = async (tx: Transaction, ...ids: string[]): Promise<Thing[]> =>
  (await tx.load({ table: Things, by: new Map([['thingId', new Set(ids)]]) })) as Thing[];
const message = (rest: Partial<OutboxRow> = {}): OutboxRow => ({
  id: randomUUID(),
  topic: 'things.events',
  key: randomUUID(),
  type: 'thing.made',
  version: 1,
  payload: '{}',
  causation: randomUUID(),
  correlation: 'k',
  traceparent: null,
  occurredAt: new Date(0),
  headers: null,
  archived: true,
  ...rest,
});
const onlyOnce = { scope: 'me', route: 'r', bodyHash: 'h', at: new Date(0) };

const aWish = (name: string, key = name) => ({
  id: randomUUID(),
  name,
  key,
  payload: {},
  cause: randomUUID(),
  correlation: 'k',
});

/** What every implementation of the Store port promises to transactions that run at the same time, and of sessions that end. */
export function storeConcurrencyConformance(
  name: string,
  open: () => Promise<{ store: Store; close: () => Promise<void> }>,
): void {
  describe(`${name} as a store of several transactions at once`, () => {
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

    const holding = (work: (tx: Transaction) => Promise<unknown>): Promise<HeldTransaction> =>
      holdTransaction(store, work);

    /** Whether something is still open after the store has answered something else twice. */
    async function waits(promise: Promise<unknown>): Promise<boolean> {
      let settled = false;
      const settle = (): void => void (settled = true);
      promise.then(settle, settle);
      await store.parkedCount();
      await store.parkedCount();
      return !settled;
    }

    it('lets a load wait for whoever has the row, and gives it as it is then', async () => {
      const thingId = randomUUID();
      await inOne((tx) => insert(tx, { thingId, count: 1 }));
      const holder = await holding(async (tx) =>
        update(tx, { thingId, count: (await load(tx, thingId))[0]!.count! + 1 }),
      );
      const second = inOne((tx) => load(tx, thingId));
      expect(await waits(second)).toBe(true);
      await holder.commit();
      expect(await second).toEqual([{ thingId, count: 2 }]);
    });

    it('gives a row as it was when the one that had it rolls back', async () => {
      const thingId = randomUUID();
      await inOne((tx) => insert(tx, { thingId, count: 1 }));
      const holder = await holding((tx) => update(tx, { thingId, count: 2 }));
      const second = inOne((tx) => load(tx, thingId));
      await holder.rollback();
      expect(await second).toEqual([{ thingId, count: 1 }]);
    });

    it('gives no row that does not match any longer once it can be locked', async () => {
      const [thingId, color] = [randomUUID(), randomUUID()];
      await inOne((tx) => insert(tx, { thingId, color }));
      const holder = await holding((tx) => update(tx, { thingId, color: 'blue' }));
      const second = inOne((tx) => tx.load({ table: Things, by: new Map([['color', new Set([color])]]) }));
      expect(await waits(second)).toBe(true);
      await holder.commit();
      expect(await second).toEqual([]);
    });

    it('neither shows nor waits for a row that is not committed', async () => {
      const thingId = randomUUID();
      const holder = await holding((tx) => insert(tx, { thingId }));
      expect(await inOne((tx) => load(tx, thingId))).toEqual([]);
      await holder.commit();
      expect(await inOne((tx) => load(tx, thingId))).toEqual([{ thingId }]);
    });

    it('lets an insert wait for its twin: it fails, with the name of the constraint, if that commits', async () => {
      const thingId = randomUUID();
      const holder = await holding((tx) => insert(tx, { thingId }));
      const second = inOne((tx) => insert(tx, { thingId }));
      expect(await waits(second)).toBe(true);
      await Promise.all([
        holder.commit(),
        expect(second).rejects.toMatchObject({ code: '23505', constraint: 'things_pkey' }),
      ]);
    });

    it('lets an insert go on when its twin rolls back', async () => {
      const thingId = randomUUID();
      const holder = await holding((tx) => insert(tx, { thingId, count: 1 }));
      const second = inOne((tx) => insert(tx, { thingId, count: 2 }));
      await holder.rollback();
      await second;
      expect(await inOne((tx) => load(tx, thingId))).toEqual([{ thingId, count: 2 }]);
    });

    it('ends a deadlock: one transaction fails for the moment, the other goes on', async () => {
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
      expect(failed[0]).toBeInstanceOf(Transient);
      expect(failed[0]).toMatchObject({ cause: { code: '40P01' } });
    });

    it('keeps nothing of a transaction in which a statement was refused, and says why, even when it goes on', async () => {
      const thingId = randomUUID();
      const goneOn = inOne(async (tx) => {
        await insert(tx, { thingId });
        await insert(tx, { thingId }).catch(() => undefined); // a write may be refused at once, or be told of in the end
        await expect(load(tx, thingId)).rejects.toThrow();
      });
      await expect(goneOn).rejects.toMatchObject({ code: '23505' });
      expect(await inOne((tx) => load(tx, thingId))).toEqual([]);
    });

    it('keeps nothing of what was written when its work is given up', async () => {
      const thingId = randomUUID();
      const givenUp = inOne(async (tx) => {
        await Promise.all([insert(tx, { thingId }), insert(tx, { thingId: randomUUID() })]);
        throw new Rollback();
      });
      await expect(givenUp).rejects.toBeInstanceOf(Rollback);
      expect(await inOne((tx) => load(tx, thingId))).toEqual([]);
    });

    it('shares nothing with whoever saves or loads', async () => {
      const thing = { thingId: randomUUID(), parts: [{ name: 'wheel' }] };
      await inOne((tx) => insert(tx, thing));
      thing.parts[0]!.name = 'changed';
      const [first] = await inOne((tx) => load(tx, thing.thingId));
      first!.parts![0]!.name = 'changed too';
      expect((await inOne((tx) => load(tx, thing.thingId)))[0]!.parts).toEqual([{ name: 'wheel' }]);
    });

    it('gives positions at the insert: what commits later may come before', async () => {
      const [early, late] = [message(), message()];
      const holder = await holding((tx) => tx.append([early]));
      await inOne((tx) => tx.append([late]));
      const before = await session.take(1_000);
      expect(before.map(({ id }) => id)).toContain(late.id);
      expect(before.map(({ id }) => id)).not.toContain(early.id);
      await holder.commit();
      const ids = (await session.take(1_000)).map(({ id }) => id);
      expect(ids.indexOf(early.id)).toBeGreaterThanOrEqual(0);
      expect(ids.indexOf(early.id)).toBeLessThan(ids.indexOf(late.id));
    });

    it('lets what is said of one key wait for the transaction before, and numbers it behind', async () => {
      const key = randomUUID();
      const [first, second] = [message({ key }), message({ key })];
      const holder = await holding((tx) => tx.append([first]));
      const waiting = inOne((tx) => tx.append([second]));
      expect(await waits(waiting)).toBe(true);
      await holder.commit();
      await waiting;
      const said = (await session.take(1_000)).filter((row) => row.key === key);
      expect(said.map(({ id, sequence }) => [id, sequence])).toEqual([
        [first.id, 1n],
        [second.id, 2n],
      ]);
    });

    it('lets a claim wait for its twin: the answer is there if that commits, the key is free if it rolls back', async () => {
      const claim = { ...onlyOnce, key: randomUUID() };
      const first = await holding((tx) => tx.claim([claim]));
      const second = await (async () => {
        const waiting = holding(async (tx) => {
          expect(await tx.claim([claim])).toEqual([{ fresh: true }]);
          await tx.keepAnswers([{ claim, answer: 7 }]);
        });
        expect(await waits(waiting)).toBe(true);
        await first.rollback();
        return waiting;
      })();
      const third = inOne((tx) => tx.claim([claim]));
      expect(await waits(third)).toBe(true);
      await second.commit();
      expect(await third).toMatchObject([{ fresh: false, bodyHash: 'h', answer: 7 }]);
    });

    it('leases nothing that a transaction is just ending, and does not wait for it', async () => {
      const [effect, token] = [randomUUID(), randomUUID()];
      const wish = { id: randomUUID(), name: effect, key: 'k', payload: {}, cause: randomUUID(), correlation: 'k' };
      await inOne((tx) => tx.wish([wish]));
      await store.claimEffects([effect], 1, 0, token);
      const holder = await holding((tx) => tx.finishEffects([{ id: wish.id, token }]));
      expect(await store.claimEffects([effect], 1, 0, randomUUID())).toEqual([]);
      await holder.rollback();
      expect(await store.claimEffects([effect], 1, 0, randomUUID())).toHaveLength(1);
    });

    it('leases one effect of a key, also when one that was wished earlier is committed later', async () => {
      const name = randomUUID();
      const [earlier, later] = [aWish(name), aWish(name)];
      const claim = async (token: string) => (await store.claimEffects([name], 10, 60_000, token)).map(({ id }) => id);
      const holder = await holding((tx) => tx.wish([earlier]));
      await inOne((tx) => tx.wish([later]));
      const token = randomUUID();
      expect(await claim(token)).toEqual([later.id]);
      await holder.commit();
      expect(await claim(randomUUID())).toEqual([]);
      await inOne((tx) => tx.finishEffects([{ id: later.id, token }]));
      expect(await claim(randomUUID())).toEqual([earlier.id]);
    });

    it('gives an effect whose lease has run out to the next, also when one that was wished earlier is committed later', async () => {
      const name = randomUUID();
      const [earlier, later] = [aWish(name), aWish(name)];
      const holder = await holding((tx) => tx.wish([earlier]));
      await inOne((tx) => tx.wish([later]));
      await store.claimEffects([name], 1, 0, randomUUID());
      await holder.commit();
      expect((await store.claimEffects([name], 10, 60_000, randomUUID())).map(({ id }) => id)).toEqual([later.id]);
    });

    it('renews no lease of what a transaction is just ending, and does not wait for it', async () => {
      const [name, token] = [randomUUID(), randomUUID()];
      const [ending, other] = [aWish(name, randomUUID()), aWish(name, randomUUID())];
      await inOne((tx) => tx.wish([ending, other]));
      await store.claimEffects([name], 2, 0, token);
      const holder = await holding((tx) => tx.finishEffects([{ id: ending.id, token }]));
      await store.renewEffects([ending.id, other.id], token, 60_000);
      await holder.rollback();
      expect((await store.claimEffects([name], 2, 60_000, randomUUID())).map(({ id }) => id)).toEqual([ending.id]);
    });

    it('lets a mark of the relay wait for whoever takes away a timer that it starts', async () => {
      const [command, id] = [message(), randomUUID()];
      await inOne(async (tx) => {
        await tx.append([command]);
        await tx.arm([{ id, sagaId: 's:1', name: 'n', milliseconds: 0, startedBy: command.id }]);
      });
      const holder = await holding((tx) => tx.disarm([id]));
      const [row] = (await session.take(1_000)).filter((each) => each.id === command.id);
      const marked = session.mark([{ position: row!.position, partition: 0, offset: 1_000_000n }]);
      expect(await waits(marked)).toBe(true);
      await holder.commit();
      await marked;
      expect((await store.dueTimers(1_000)).map((timer) => timer.id)).not.toContain(id);
    });

    it('leaves a timer that was met to whoever is just at it, and does not wait', async () => {
      const timer = { id: randomUUID(), sagaId: 's:1', name: 'n', milliseconds: 0, startedBy: null };
      await inOne((tx) => tx.arm([timer]));
      const holder = await holding((tx) => tx.disarm([timer.id]));
      await inOne((tx) => tx.arm([], [timer.id]));
      await holder.rollback();
      expect((await store.dueTimers(1_000)).map(({ id }) => id)).toContain(timer.id);
    });

    it('lets nobody mark what was marked before, or whose session is over', async () => {
      const said = message();
      await inOne((tx) => tx.append([said]));
      const [row] = (await session.take(1_000)).filter(({ id }) => id === said.id);
      const place = [{ position: row!.position, partition: 0, offset: 2_000_000n }];
      await session.close();
      await expect(session.mark(place)).rejects.toThrow();
      session = (await store.lead())!;
      await session.mark(place);
      await expect(session.mark(place)).rejects.toThrow('1 rows were published, 0 could be marked');
    });

    it('tells the leader of what was appended elsewhere', async () => {
      let pokes = 0;
      session.onPoke(() => pokes++);
      await store.poke();
      await eventually(() => pokes > 0);
    });
  });
}
