import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { table, UniqueConflict } from '@tradewind/messaging';
import {
  SagaInstances,
  type DeadLetter,
  type RelaySession,
  type SagaRow,
  type Store,
  type Transaction,
} from '@tradewind/messaging/internals';
import { aTrace, outboxRow as row, published } from './outbox-row.js';
import { tablesConformance } from './tables-conformance.js';
import { storeConcurrencyConformance } from './store-concurrency-conformance.js';
import { storeEffectsConformance } from './store-effects-conformance.js';
import { storeBrokerStateConformance, type OpenedStore } from './store-broker-state-conformance.js';
import { storeRetentionConformance } from './store-retention-conformance.js';
import { storeConsumerStateConformance } from './store-consumer-state-conformance.js';
import { storeTakeoverConformance } from './store-takeover-conformance.js';

interface Thing {
  readonly thingId: string;
  readonly color?: string;
  readonly price?: { readonly amount: number; readonly currency: string };
  readonly parts?: readonly object[];
  readonly madeAt?: Date;
  readonly count?: number;
}
/** A store under test must have this table. */
export const Things = table<Thing>('things', 'thingId', {
  thingId: 'text',
  color: 'text',
  price: 'money',
  parts: 'jsonb',
  madeAt: 'timestamptz',
  count: 'int8',
});

/** The table that the suite of the store needs in its database. */
export const thingsDdl =
  'create table things (thing_id text primary key, color text, price_amount int8, price_currency text, parts jsonb, made_at timestamptz, count int8)';

const message = (rest: Partial<DeadLetter> = {}): DeadLetter => ({
  consumer: 'c',
  orderingKey: 'l',
  messageId: randomUUID(),
  topic: 't',
  partition: 0,
  offset: 7n,
  key: 'k',
  value: Buffer.from([0, 255]),
  headers: { a: 'b' },
  ...rest,
});

/** The contract of the Store port. */
export function storeConformance(
  name: string,
  open: () => Promise<OpenedStore & { readonly archived: () => Promise<number> }>,
): void {
  storeConcurrencyConformance(name, open);
  storeEffectsConformance(name, open);
  storeBrokerStateConformance(name, open);
  storeConsumerStateConformance(name, open);
  storeTakeoverConformance(name, open);
  tablesConformance(name, open);
  storeRetentionConformance(name, open);
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
        await session.mark(published(rows));
    });
    afterAll(async () => {
      await session.close();
      await close();
    });
    const inOne = <T>(work: (transaction: Transaction) => Promise<T>): Promise<T> => store.transaction(work);

    it('marks a message once a consumer', async () => {
      const id = randomUUID();
      const mark = (consumer: string) => inOne((tx) => tx.mark(consumer, [{ id, orderingKey: 'x' }]));
      expect((await mark('a')).duplicates.size).toBe(0);
      expect([...(await mark('a')).duplicates]).toEqual([id]);
      expect((await mark('b')).duplicates.size).toBe(0);
    });

    it('rolls a mark back with its transaction', async () => {
      const id = randomUUID();
      await expect(
        inOne(async (tx) => {
          await tx.mark('a', [{ id, orderingKey: 'x' }]);
          throw new Error('roll back');
        }),
      ).rejects.toThrow('roll back');
      expect((await inOne((tx) => tx.mark('a', [{ id, orderingKey: 'x' }]))).duplicates.size).toBe(0);
    });

    it('lets a concurrent mark of the same message wait, and succeed when the first rolls back', async () => {
      const id = randomUUID();
      let second: Promise<ReadonlySet<string>> | undefined;
      await inOne(async (tx) => {
        await tx.mark('concurrent', [{ id, orderingKey: 'x' }]);
        second = inOne((other) => other.mark('concurrent', [{ id, orderingKey: 'x' }])).then(
          ({ duplicates }) => duplicates,
        );
        throw new Error('roll back');
      }).catch(() => undefined);
      expect((await second!).size).toBe(0);
    });

    it('stores every column type, and reads NULL as an absent property', async () => {
      const full: Thing = {
        thingId: 'full',
        color: 'red "quoted", {braced} \\ ✓',
        price: { amount: 199, currency: 'GBP' },
        parts: [{ a: [1, null] }],
        madeAt: new Date('2026-02-03T04:05:06.789Z'),
        count: 2 ** 53 - 1,
      };
      const empty: Thing = { thingId: 'empty' };
      const named: Thing = { thingId: 'null', color: 'NULL' };
      const change = (thing: Thing) => ({ table: Things, key: thing.thingId, row: thing, isNew: false });
      await inOne((tx) => tx.save(Things, [change(full), change(empty), change(named)], new Set()));
      const load = () =>
        inOne((tx) =>
          tx.load({ table: Things, by: new Map([['thingId', new Set(['full', 'empty', 'none', 'null'])]]) }),
        );
      expect(await load()).toEqual([empty, full, named]);
      await inOne((tx) =>
        tx.save(
          Things,
          [change({ ...empty, color: 'blue' }), { table: Things, key: 'full', row: undefined, isNew: false }],
          new Set(['empty', 'full']),
        ),
      );
      expect(await load()).toEqual([{ ...empty, color: 'blue' }, named]);
      expect(await inOne((tx) => tx.load({ table: Things, by: new Map([['color', new Set(['blue'])]]) }))).toEqual([
        { ...empty, color: 'blue' },
      ]);
    });

    it('rejects a second row with the same key', async () => {
      const change = { table: Things, key: 'twice', row: { thingId: 'twice' }, isNew: true };
      await inOne((tx) => tx.save(Things, [change], new Set()));
      await expect(inOne((tx) => tx.save(Things, [change], new Set()))).rejects.toBeInstanceOf(UniqueConflict);
      // Also when the row was loaded before: an insert never overwrites.
      await expect(inOne((tx) => tx.save(Things, [change], new Set([change.key])))).rejects.toBeInstanceOf(
        UniqueConflict,
      );
    });

    it('assigns sequences without gaps per topic and key to concurrent transactions', async () => {
      const key = randomUUID();
      await inOne(async (tx) => {
        await tx.append([row({ key })]);
        throw new Error('roll back');
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

    it('archives published messages, except those of compacted topics', async () => {
      const before = await archived();
      await inOne((tx) => tx.append([row(), row({ archived: false, payload: null })]));
      const taken = await session.take(10);
      expect(taken).toHaveLength(2);
      await session.mark(published(taken));
      expect(await session.take(10)).toHaveLength(0);
      expect(await archived()).toBe(before + 1);
    });

    it('blocks only the key of a rejected row', async () => {
      const key = randomUUID();
      await inOne((tx) => tx.append([row({ key }), row({ key }), row({ key: `${key}-other` })]));
      const [first] = await session.take(1);
      await session.block(first!, 'too large');
      expect((await session.take(10)).map((each) => each.key)).toEqual([`${key}-other`]);
    });

    it('starts a timeout when its command is published', async () => {
      const command = row();
      const id = randomUUID();
      await inOne(async (tx) => {
        await tx.append([command]);
        await tx.scheduleTimeouts([
          { id, sagaId: 's:1', name: 'n', timeoutMs: 0, startedBy: command.id, trace: aTrace },
        ]);
      });
      const found = async () => (await store.dueTimeouts(100)).find((timeout) => timeout.id === id);
      expect(await found()).toBeUndefined();
      await session.mark(published(await session.take(10)));
      expect((await found())?.trace).toEqual(aTrace);
      expect([...(await inOne((tx) => tx.takeTimeouts([id])))]).toEqual([id]);
      expect([...(await inOne((tx) => tx.takeTimeouts([id])))]).toEqual([]);
    });

    it('cancels a timeout', async () => {
      const timeout = (id: string) => ({ id, sagaId: 's:1', name: 'n', timeoutMs: 0, startedBy: null });
      const [first, second] = [randomUUID(), randomUUID()];
      await inOne((tx) => tx.scheduleTimeouts([timeout(first)]));
      await inOne((tx) => tx.scheduleTimeouts([timeout(second)], [first, randomUUID()]));
      expect(
        (await store.dueTimeouts(1_000)).map(({ id }) => id).filter((id) => id === first || id === second),
      ).toEqual([second]);
      await inOne((tx) => tx.scheduleTimeouts([], [second]));
      expect([...(await inOne((tx) => tx.takeTimeouts([second])))]).toEqual([]);
    });

    it('stores the answer of an idempotency key', async () => {
      const claim = { scope: 'me', route: 'r', key: randomUUID(), bodyHash: 'h', at: new Date(0) };
      await inOne(async (tx) => {
        expect(await tx.claim([claim])).toEqual([{ isNew: true }]);
        await tx.saveAnswers([{ claim, answer: { a: 1 } }]);
      });
      expect(await inOne((tx) => tx.claim([claim]))).toMatchObject([{ isNew: false, bodyHash: 'h', answer: { a: 1 } }]);
    });

    it('blocks a key, lets later messages wait, and redrives them in order', async () => {
      const consumer = randomUUID();
      const [first, second] = [message({ consumer }), message({ consumer })];
      await inOne((tx) => tx.addDeadLetters([first], { cause: 'Poison', detail: 'bad', attempts: 1 }));
      const { blocked } = await inOne((tx) =>
        tx.mark(consumer, [
          { id: second.messageId, orderingKey: 'l' },
          { id: randomUUID(), orderingKey: 'other' },
        ]),
      );
      expect([...blocked]).toEqual([second.messageId]);
      await inOne((tx) => tx.addDeadLetters([second], null));
      expect(await store.blockedKeys(consumer, ['k', 'z'])).toEqual(new Set(['k']));
      expect(await store.redrivenKeys(consumer)).toEqual([]);
      await store.redrive(consumer, 'l');
      expect(await store.redrivenKeys(consumer)).toEqual(['l']);
      expect(await inOne((tx) => tx.nextRedriven(consumer, 'l'))).toEqual(first);
      expect(await inOne((tx) => tx.markRedriven(consumer, first.messageId, 'l'))).toBe(true);
      expect(await inOne((tx) => tx.markRedriven(consumer, first.messageId, 'l'))).toBe(false);
      expect(await inOne((tx) => tx.nextRedriven(consumer, 'l'))).toEqual(second);
      await inOne((tx) => tx.markRedriven(consumer, second.messageId, 'l'));
      expect(await inOne((tx) => tx.nextRedriven(consumer, 'l'))).toBeNull();
      expect(await store.redrivenKeys(consumer)).toEqual([]);
    });

    it('removes a dead letter whose message has another id now, and marks both ids', async () => {
      const consumer = randomUUID();
      const [letter, id] = [message({ consumer, timestamp: new Date(5) }), randomUUID()];
      await inOne((tx) => tx.addDeadLetters([letter], { cause: 'Poison', detail: 'bad', attempts: 1 }));
      await store.redrive(consumer, 'l');
      expect(await inOne((tx) => tx.nextRedriven(consumer, 'l'))).toEqual(letter);
      expect(await inOne((tx) => tx.markRedriven(consumer, id, 'l', letter.messageId))).toBe(true);
      expect(await inOne((tx) => tx.nextRedriven(consumer, 'l'))).toBeNull();
      expect(await store.notHandled(consumer, [id, letter.messageId])).toEqual(new Set());
    });

    it('counts stuck sagas that have not ended', async () => {
      const before = await store.stuckSagas();
      const saga = (status: SagaRow['status'], stuck: boolean) => {
        const id = `s:${randomUUID()}`;
        const at = new Date(0);
        const state = {
          id,
          saga: 's',
          key: id,
          version: 1,
          status: 'compensating',
          done: [],
          toCompensate: [],
          step: null,
          attempt: 6,
          failure: null,
          stuck,
          startedAt: '',
          changedAt: '',
        } as const;
        return {
          table: SagaInstances,
          key: id,
          row: { id, saga: 's', version: 1, subject: id, status, stuck, state, startedAt: at, updatedAt: at },
          isNew: true,
        };
      };
      await inOne((tx) =>
        tx.save(
          SagaInstances,
          [saga('compensating', true), saga('running', true), saga('compensating', false), saga('failed', true)],
          new Set(),
        ),
      );
      expect((await store.stuckSagas()) - before).toBe(2);
    });

    it('counts attempts, and starts that get no further than a number of records', async () => {
      const id = randomUUID();
      expect([await store.countAttempt('c', id), await store.countAttempt('c', id)]).toEqual([1, 2]);
      const start = (offset: bigint) => store.countStart(id, 't', 0, offset, 10);
      const starts = [];
      for (const offset of [5n, 5n, 15n, 16n, 16n, 3n]) starts.push(await start(offset));
      expect(starts).toEqual([1, 2, 3, 1, 2, 1]);
    });

    it('counts crashes of messages together, beside their attempts, and clears them', async () => {
      const [first, second, third] = [randomUUID(), randomUUID(), randomUUID()];
      await store.countAttempt('c', first);
      await store.countCrashes('c', [first, second, first]);
      await store.countCrashes('c', [second]);
      await store.countCrashes('elsewhere', [third]);
      const crashes = () => store.crashes('c', [first, second, third]);
      expect([...(await crashes())].toSorted()).toEqual([[first, 1] as const, [second, 2] as const].toSorted());
      await store.clearCrashes('c', [first, second]);
      expect(await crashes()).toEqual(new Map());
      expect([await store.countAttempt('c', first), await store.countAttempt('c', second)]).toEqual([2, 1]);
    });

    it('clears the starts of a process that stopped in good order', async () => {
      const id = randomUUID();
      const start = (partition: number) => store.countStart(id, 't', partition, 5n, 10);
      await Promise.all([start(0), start(1)]);
      await store.clearStarts(id, [{ topic: 't', partition: 0 }]);
      expect([await start(0), await start(1)]).toEqual([1, 2]);
    });
  });
}
