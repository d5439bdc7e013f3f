import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  Sagas,
  table,
  type OutboxRow,
  type ParkedMessage,
  type RelaySession,
  type SagaRow,
  type Store,
  type TakenRow,
  type Transaction,
} from '@tradewind/messaging';
import { storeConcurrencyConformance } from './store-concurrency-conformance.js';
import { storePositionsConformance, type OpenedStore } from './store-positions-conformance.js';

interface Thing {
  readonly thingId: string;
  readonly color?: string;
  readonly price?: { readonly amount: number; readonly currency: string };
  readonly parts?: readonly object[];
  readonly madeAt?: Date;
  readonly count?: number;
}
/** The table that a store under test must have: `things`. */
export const Things = table<Thing>('things', 'thingId', {
  thingId: 'text',
  color: 'text',
  price: 'money',
  parts: 'jsonb',
  madeAt: 'timestamptz',
  count: 'int8',
});
export const thingsDdl =
  'create table things (thing_id text primary key, color text, price_amount int8, price_currency text, parts jsonb, made_at timestamptz, count int8)';

const row = (rest: Partial<OutboxRow> = {}): OutboxRow => ({
  id: randomUUID(),
  topic: 'things.events',
  key: 'k',
  type: 'thing.made',
  version: 1,
  payload: '{}',
  causation: randomUUID(),
  correlation: 'k',
  traceparent: null,
  occurredAt: new Date('2026-01-01T00:00:00.000Z'),
  headers: null,
  archived: true,
  ...rest,
});
const message = (rest: Partial<ParkedMessage> = {}): ParkedMessage => ({
  consumer: 'c',
  lane: 'l',
  messageId: randomUUID(),
  topic: 't',
  partition: 0,
  offset: 7n,
  key: 'k',
  value: Buffer.from([0, 255]),
  headers: { a: 'b' },
  ...rest,
});
const place = (rows: readonly TakenRow[]): { position: bigint; partition: number; offset: bigint }[] =>
  rows.map(({ position }, index) => ({ position, partition: 0, offset: BigInt(index) }));

/** What every implementation of the Store port promises. */
export function storeConformance(
  name: string,
  open: () => Promise<OpenedStore & { readonly archived: () => Promise<number> }>,
): void {
  storeConcurrencyConformance(name, open);
  storePositionsConformance(name, open);
  describe(`${name} as a store`, () => {
    let store: Store;
    let archived: () => Promise<number>;
    let close: () => Promise<void>;
    let session: RelaySession;
    beforeAll(async () => {
      ({ store, archived, close } = await open());
      session = (await store.lead())!;
    });
    beforeEach(async () => {
      for (let rows = await session.take(1_000); rows.length > 0; rows = await session.take(1_000))
        await session.mark(place(rows));
    });
    afterAll(async () => {
      await session.close();
      await close();
    });
    const inOne = <T>(work: (transaction: Transaction) => Promise<T>): Promise<T> => store.transaction(work);

    it('marks a message once for each consumer', async () => {
      const id = randomUUID();
      const mark = (consumer: string) => inOne((tx) => tx.mark(consumer, [{ id, lane: 'x' }]));
      expect((await mark('a')).seen.size).toBe(0);
      expect([...(await mark('a')).seen]).toEqual([id]);
      expect((await mark('b')).seen.size).toBe(0);
    });

    it('forgets a mark with its transaction', async () => {
      const id = randomUUID();
      await expect(
        inOne(async (tx) => {
          await tx.mark('a', [{ id, lane: 'x' }]);
          throw new Error('changed my mind');
        }),
      ).rejects.toThrow('changed my mind');
      expect((await inOne((tx) => tx.mark('a', [{ id, lane: 'x' }]))).seen.size).toBe(0);
    });

    it('lets a twin of a running transaction wait, and go on when that rolls back', async () => {
      const id = randomUUID();
      let second: Promise<ReadonlySet<string>> | undefined;
      await inOne(async (tx) => {
        await tx.mark('twin', [{ id, lane: 'x' }]);
        second = inOne((other) => other.mark('twin', [{ id, lane: 'x' }])).then(({ seen }) => seen);
        throw new Error('away');
      }).catch(() => undefined);
      expect((await second!).size).toBe(0);
    });

    it('keeps rows of every type of column, and NULL as absence', async () => {
      const full: Thing = {
        thingId: 'full',
        color: 'red "quoted", {braced} \\ ✓',
        price: { amount: 199, currency: 'GBP' },
        parts: [{ a: [1, null] }],
        madeAt: new Date('2026-02-03T04:05:06.789Z'),
        count: 2 ** 53 - 1,
      };
      const bare: Thing = { thingId: 'bare' };
      const named: Thing = { thingId: 'null', color: 'NULL' };
      const change = (thing: Thing) => ({ table: Things, key: thing.thingId, row: thing, fresh: false });
      await inOne((tx) => tx.save(Things, [change(full), change(bare), change(named)], new Set()));
      const load = () =>
        inOne((tx) =>
          tx.load({ table: Things, by: new Map([['thingId', new Set(['full', 'bare', 'none', 'null'])]]) }),
        );
      expect(await load()).toEqual([bare, full, named]);
      await inOne((tx) =>
        tx.save(
          Things,
          [change({ ...bare, color: 'blue' }), { table: Things, key: 'full', row: undefined, fresh: false }],
          new Set(['bare', 'full']),
        ),
      );
      expect(await load()).toEqual([{ ...bare, color: 'blue' }, named]);
      expect(await inOne((tx) => tx.load({ table: Things, by: new Map([['color', new Set(['blue'])]]) }))).toEqual([
        { ...bare, color: 'blue' },
      ]);
    });

    it('refuses a second row of one key', async () => {
      const change = { table: Things, key: 'twice', row: { thingId: 'twice' }, fresh: true };
      await inOne((tx) => tx.save(Things, [change], new Set()));
      await expect(inOne((tx) => tx.save(Things, [change], new Set()))).rejects.toThrow();
    });

    it('numbers messages per topic and key without a gap, however many say them at once', async () => {
      const key = randomUUID();
      await inOne(async (tx) => {
        await tx.append([row({ key })]);
        throw new Error('not said after all');
      }).catch(() => undefined);
      await Promise.all(
        Array.from({ length: 10 }, () =>
          inOne((tx) => tx.append([row({ key }), row({ key: `${key}-other` }), row({ key })])),
        ),
      );
      const taken = (await session.take(1_000)).filter((each) => each.key === key);
      expect(taken.map(({ sequence }) => Number(sequence))).toEqual(
        Array.from({ length: 20 }, (_, index) => index + 1),
      );
    });

    it('has one leader at a time', async () => {
      expect(await store.lead()).toBeUndefined();
      await session.close();
      const next = (await store.lead())!;
      expect(next.epoch > session.epoch).toBe(true);
      session = next;
    });

    it('archives what is published, but nothing of compacted topics', async () => {
      const before = await archived();
      await inOne((tx) => tx.append([row(), row({ archived: false, payload: null })]));
      const taken = await session.take(10);
      expect(taken).toHaveLength(2);
      await session.mark(place(taken));
      expect(await session.take(10)).toHaveLength(0);
      expect(await archived()).toBe(before + 1);
    });

    it('holds a refused row with its key only', async () => {
      const key = randomUUID();
      await inOne((tx) => tx.append([row({ key }), row({ key }), row({ key: `${key}-other` })]));
      const [first] = await session.take(1);
      await session.hold(first!, 'too large');
      expect((await session.take(10)).map((each) => each.key)).toEqual([`${key}-other`]);
    });

    it('starts a timer when its command is published', async () => {
      const command = row();
      const id = randomUUID();
      await inOne(async (tx) => {
        await tx.append([command]);
        await tx.arm([{ id, sagaId: 's:1', name: 'n', milliseconds: 0, startedBy: command.id }]);
      });
      expect((await store.dueTimers(100)).map((timer) => timer.id)).not.toContain(id);
      await session.mark(place(await session.take(10)));
      expect((await store.dueTimers(100)).map((timer) => timer.id)).toContain(id);
      expect([...(await inOne((tx) => tx.disarm([id])))]).toEqual([id]);
      expect([...(await inOne((tx) => tx.disarm([id])))]).toEqual([]);
    });

    it('takes a timer away that was met', async () => {
      const timer = (id: string) => ({ id, sagaId: 's:1', name: 'n', milliseconds: 0, startedBy: null });
      const [first, second] = [randomUUID(), randomUUID()];
      await inOne((tx) => tx.arm([timer(first)]));
      await inOne((tx) => tx.arm([timer(second)], [first, randomUUID()]));
      expect((await store.dueTimers(1_000)).map(({ id }) => id).filter((id) => id === first || id === second)).toEqual([
        second,
      ]);
      await inOne((tx) => tx.arm([], [second]));
      expect([...(await inOne((tx) => tx.disarm([second])))]).toEqual([]);
    });

    it('leases effects one at a time a key, in the order wished', async () => {
      const key = randomUUID();
      const effect = randomUUID();
      const wish = (of: string) => ({
        id: randomUUID(),
        name: effect,
        key: of,
        payload: { of },
        cause: randomUUID(),
        correlation: of,
      });
      const [first, second, other] = [wish(key), wish(key), wish(`${key}-other`)];
      await inOne((tx) => tx.wish([first, second, other]));
      const token = randomUUID();
      const claim = () => store.claimEffects([effect], 10, 60_000, token);
      expect((await claim()).map(({ id }) => id).sort()).toEqual([first.id, other.id].sort());
      expect(await claim()).toHaveLength(0);
      expect(await inOne((tx) => tx.finishEffects([{ id: first.id, token: randomUUID() }]))).toEqual(new Set());
      expect(await inOne((tx) => tx.finishEffects([{ id: first.id, token }]))).toEqual(new Set([first.id]));
      expect((await claim()).map(({ id, tries }) => [id, tries])).toEqual([[second.id, 1]]);
      await store.retryEffect(second.id, token, 0, 'again');
      expect((await claim()).map(({ id, tries }) => [id, tries])).toEqual([[second.id, 2]]);
    });

    it('gives a lease to the next when it has run out', async () => {
      const effect = randomUUID();
      await inOne((tx) =>
        tx.wish([{ id: randomUUID(), name: effect, key: 'k', payload: {}, cause: randomUUID(), correlation: 'k' }]),
      );
      expect(await store.claimEffects([effect], 1, 0, randomUUID())).toHaveLength(1);
      expect(await store.claimEffects([effect], 1, 60_000, randomUUID())).toHaveLength(1);
    });

    it('tells how many effects are open', async () => {
      const before = (await store.openEffects()).open;
      const effect = randomUUID();
      await inOne((tx) =>
        tx.wish([{ id: effect, name: effect, key: effect, payload: {}, cause: randomUUID(), correlation: 'k' }]),
      );
      expect(await store.openEffects()).toMatchObject({ open: before + 1, seconds: expect.any(Number) });
      const [claimed] = await store.claimEffects([effect], 1, 60_000, randomUUID());
      await inOne((tx) => tx.finishEffects([{ id: effect, token: claimed!.token }]));
      expect((await store.openEffects()).open).toBe(before);
    });

    it('keeps an answer for its idempotency key', async () => {
      const claim = { scope: 'me', route: 'r', key: randomUUID(), bodyHash: 'h', at: new Date(0) };
      await inOne(async (tx) => {
        expect(await tx.claim([claim])).toEqual([{ fresh: true }]);
        await tx.keepAnswers([{ claim, answer: { a: 1 } }]);
      });
      expect(await inOne((tx) => tx.claim([claim]))).toMatchObject([{ fresh: false, bodyHash: 'h', answer: { a: 1 } }]);
    });

    it('parks a lane, lets newcomers wait, and releases them in order', async () => {
      const consumer = randomUUID();
      const [first, second] = [message({ consumer }), message({ consumer })];
      await inOne((tx) => tx.park([first], { cause: 'Poison', detail: 'bad', tries: 1 }));
      const { waiting } = await inOne((tx) =>
        tx.mark(consumer, [
          { id: second.messageId, lane: 'l' },
          { id: randomUUID(), lane: 'other' },
        ]),
      );
      expect([...waiting]).toEqual([second.messageId]);
      await inOne((tx) => tx.park([second], null));
      expect(await store.parkedKeys(consumer, ['k', 'z'])).toEqual(new Set(['k']));
      expect(await store.releasedLanes(consumer)).toEqual([]);
      await store.release(consumer, 'l');
      expect(await store.releasedLanes(consumer)).toEqual(['l']);
      expect(await inOne((tx) => tx.nextReleased(consumer, 'l'))).toEqual(first);
      expect(await inOne((tx) => tx.markReleased(consumer, first.messageId, 'l'))).toBe(true);
      expect(await inOne((tx) => tx.markReleased(consumer, first.messageId, 'l'))).toBe(false);
      expect(await inOne((tx) => tx.nextReleased(consumer, 'l'))).toEqual(second);
      await inOne((tx) => tx.markReleased(consumer, second.messageId, 'l'));
      expect(await inOne((tx) => tx.nextReleased(consumer, 'l'))).toBeNull();
      expect(await store.releasedLanes(consumer)).toEqual([]);
    });

    it('counts the alarmed sagas that have not ended', async () => {
      const before = await store.alarmedSagas();
      const saga = (status: SagaRow['status'], alarmed: boolean) => {
        const id = `s:${randomUUID()}`;
        const at = new Date(0);
        const state = {
          id,
          saga: 's',
          key: id,
          version: 1,
          status: 'undoing',
          done: [],
          toUndo: [],
          step: null,
          attempt: 6,
          failure: null,
          alarmed,
          startedAt: '',
          changedAt: '',
        } as const;
        return {
          table: Sagas,
          key: id,
          row: { id, saga: 's', version: 1, subject: id, status, alarmed, state, startedAt: at, updatedAt: at },
          fresh: true,
        };
      };
      await inOne((tx) =>
        tx.save(
          Sagas,
          [saga('undoing', true), saga('running', true), saga('undoing', false), saga('failed', true)],
          new Set(),
        ),
      );
      expect((await store.alarmedSagas()) - before).toBe(2);
    });

    it('counts tries, and starts that get no further than so many records', async () => {
      const id = randomUUID();
      expect([await store.countTry('c', id), await store.countTry('c', id)]).toEqual([1, 2]);
      const start = (offset: bigint) => store.countStart(id, 't', 0, offset, 10);
      const starts = [];
      for (const offset of [5n, 5n, 15n, 16n, 16n, 3n]) starts.push(await start(offset));
      expect(starts).toEqual([1, 2, 3, 1, 2, 1]);
    });

    it('forgets what was counted of a message that was handled, and of a process that ended in good order', async () => {
      const id = randomUUID();
      await store.countTry(id, id);
      await store.forgetTries(id, id);
      expect(await store.countTry(id, id)).toBe(1);
      const start = (partition: number) => store.countStart(id, 't', partition, 5n, 10);
      await Promise.all([start(0), start(1)]);
      await store.forgetStarts(id, [{ topic: 't', partition: 0 }]);
      expect([await start(0), await start(1)]).toEqual([1, 2]);
    });
  });
}
