import { describe, expect, it } from '@jest/globals';
import { rejection } from '@tradewind/kernel';
import { Simulation } from '@tradewind/simulation';
import { table, UniqueConflict, type Idempotency } from '../ports/index.js';
import { answer, insert, nothing, rows, save, type Decision, type HandlerContext } from './index.js';
import type { Invocation, Outcome } from './invocation.js';
import { Runner } from './runner.js';

interface Counter {
  readonly counterId: string;
  readonly total: number;
}
const Counters = table<Counter>('counters', 'counterId', { counterId: 'text', total: 'int4' });

let nextId = 0;
const newCause = (): string => `00000000-0000-7000-8000-${String(++nextId).padStart(12, '0')}`;

/** An invocation that adds an amount to a counter. */
function adding(counterId: string, amount: number, rest: Partial<Invocation> = {}): Invocation {
  const load = { counters: rows(Counters, () => [counterId]) };
  return {
    cause: newCause(),
    orderingKey: counterId,
    consumer: 'counter',
    load,
    input: undefined,
    decide: (context) => {
      const { counters } = context as HandlerContext<typeof load>;
      return save(Counters, { counterId, total: (counters.get(counterId)?.total ?? 0) + amount });
    },
    ...rest,
  };
}
const deciding = (decide: () => Decision<unknown> | ReturnType<typeof rejection>, rest: Partial<Invocation> = {}) =>
  adding('other', 0, { decide, ...rest });

function aRunner() {
  const simulation = new Simulation('batch');
  const database = simulation.database('counter');
  const process = simulation.process('counter');
  const store = process.store(database);
  const runner = new Runner(store, [Counters], process.runtimePorts);
  const run = async (...invocations: readonly Invocation[]): Promise<(Outcome | undefined)[]> => {
    const outcomes = await simulation.settled(runner.run(invocations));
    return invocations.map((invocation) => outcomes.get(invocation));
  };
  const kindsOf = async (...invocations: readonly Invocation[]): Promise<(string | undefined)[]> =>
    (await run(...invocations)).map((outcome) => outcome?.kind);
  return { simulation, database, store, run, kindsOf, totals: () => database.rows<Counter>(Counters) };
}

describe('messages in one batch', () => {
  it('see the rows of earlier decisions', async () => {
    const { kindsOf, totals } = aRunner();
    expect(await kindsOf(adding('a', 1), adding('b', 5), adding('a', 2))).toEqual(['done', 'done', 'done']);
    expect(totals()).toEqual([
      { counterId: 'a', total: 3 },
      { counterId: 'b', total: 5 },
    ]);
  });

  it('are handled once, whether they repeat in the batch or arrive again', async () => {
    const { kindsOf, totals } = aRunner();
    const message = adding('a', 1);
    expect(await kindsOf(message, { ...message })).toEqual(['done', 'duplicate']);
    expect(await kindsOf({ ...message })).toEqual(['duplicate']);
    expect(totals()).toEqual([{ counterId: 'a', total: 1 }]);
  });

  it('are deferred behind a failed one of their key; the others are committed', async () => {
    const { kindsOf, totals } = aRunner();
    const failing = adding('a', 1, {
      decide: () => {
        throw new Error('a bug');
      },
    });
    const later = adding('a', 2);
    expect(await kindsOf(failing, adding('b', 5), later)).toEqual(['failed', 'done', 'deferred']);
    expect(totals()).toEqual([{ counterId: 'b', total: 5 }]);
    expect(await kindsOf(later)).toEqual(['done']);
  });

  it('fail when they save a row that they did not load', async () => {
    const { run } = aRunner();
    const [outcome] = await run(deciding(() => save(Counters, { counterId: 'not loaded', total: 1 })));
    expect(outcome).toMatchObject({ kind: 'failed', error: { message: expect.stringContaining('was not loaded') } });
  });

  it('do not fail with one that violates a constraint', async () => {
    const { run, kindsOf, totals } = aRunner();
    await kindsOf(adding('a', 1));
    const [first, second] = await run(
      deciding(() => insert(Counters, { counterId: 'a', total: 9 })),
      adding('b', 5),
    );
    expect(first).toMatchObject({ kind: 'failed', error: expect.any(UniqueConflict) });
    expect(second?.kind).toBe('done');
    expect(totals()).toEqual([
      { counterId: 'a', total: 1 },
      { counterId: 'b', total: 5 },
    ]);
  });

  it('wait behind a dead letter of their key', async () => {
    const { simulation, store, kindsOf } = aRunner();
    const letter = {
      consumer: 'counter',
      orderingKey: 'a',
      messageId: newCause(),
      topic: 't',
      partition: 0,
      offset: 0n,
      key: 'a',
      value: null,
      headers: {},
    };
    await simulation.settled(
      store.transaction((transaction) =>
        transaction.addDeadLetters([letter], { cause: 'Poison', detail: 'd', attempts: 1 }),
      ),
    );
    expect(await kindsOf(adding('a', 1), adding('b', 1))).toEqual(['blocked', 'done']);
  });

  it('are transient failures while the database is unavailable', async () => {
    const { database, kindsOf, totals } = aRunner();
    database.stop();
    const message = adding('a', 1);
    expect(await kindsOf(message)).toEqual(['transient']);
    database.start();
    expect(await kindsOf(message)).toEqual(['done']);
    expect(totals()).toEqual([{ counterId: 'a', total: 1 }]);
  });
});

describe('a command with an idempotency key', () => {
  const idempotency: Idempotency = { scope: 'me', route: 'add', key: 'k', bodyHash: 'h' };

  it('is replayed with its answer', async () => {
    const { run } = aRunner();
    await run(deciding(() => answer({ sum: 3 }), { idempotency }));
    expect(await run(deciding(() => answer({ sum: 4 }), { idempotency }))).toEqual([
      { kind: 'replayed', answer: { sum: 3 } },
    ]);
  });

  it('is a mismatch with another body', async () => {
    const { run, kindsOf } = aRunner();
    await run(deciding(() => answer(1), { idempotency }));
    expect(await kindsOf(deciding(() => answer(1), { idempotency: { ...idempotency, bodyHash: 'other' } }))).toEqual([
      'mismatch',
    ]);
  });

  it('keeps no key when it is rejected', async () => {
    const { kindsOf } = aRunner();
    expect(await kindsOf(deciding(() => rejection('not-now'), { idempotency }))).toEqual(['rejected']);
    expect(await kindsOf(deciding(() => answer(1), { idempotency }))).toEqual(['done']);
  });
});

describe('a timeout', () => {
  it('is taken once', async () => {
    const { simulation, store, kindsOf } = aRunner();
    const row = { id: 't', sagaId: 's:1', name: 'n', timeoutMs: 0, startedBy: null };
    await simulation.settled(store.transaction((transaction) => transaction.scheduleTimeouts([row])));
    expect(await kindsOf(deciding(() => nothing(), { timeout: 't' }))).toEqual(['done']);
    expect(await kindsOf(deciding(() => nothing(), { timeout: 't' }))).toEqual(['duplicate']);
  });

  it('is not taken when its decision fails, and does not hinder others', async () => {
    const { simulation, store, kindsOf, totals } = aRunner();
    const row = { id: 't', sagaId: 's:1', name: 'n', timeoutMs: 0, startedBy: null };
    await simulation.settled(store.transaction((transaction) => transaction.scheduleTimeouts([row])));
    const failing = deciding(
      () => {
        throw new Error('a bug');
      },
      { timeout: 't' },
    );
    expect(await kindsOf(failing, adding('a', 1))).toEqual(['failed', 'done']);
    expect(totals()).toEqual([{ counterId: 'a', total: 1 }]);
    expect(await simulation.settled(store.dueTimeouts(10))).toMatchObject([{ id: 't' }]);
  });
});
