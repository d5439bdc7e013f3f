import { describe, expect, it } from '@jest/globals';
import { Transient } from '@tradewind/kernel';
import { OutcomeUnknown, table, topic, type KafkaClient } from '@tradewind/messaging';
import type { IncomingRecord, Store, TopicPartition } from '@tradewind/messaging/internals';
import { Simulation, type Call, type CallOutcome, type SimulatedDatabase, type SimulatedProcess } from './index.js';

interface Row {
  readonly id: string;
  readonly by?: string;
}
const Rows = table<Row>('rows', 'id', { id: 'text', by: 'text' });
const news = topic('news', { owner: 'test', partitions: 4 });

const insertRow = (store: Store, id: string, by: string): Promise<void> =>
  store.transaction((transaction) =>
    transaction.save(Rows, [{ table: Rows, key: id, row: { id, by }, isNew: true }], new Set()),
  );
const lockRow = (store: Store, id: string, work: () => Promise<void>): Promise<void> =>
  store.transaction(async (transaction) => {
    await transaction.load({ table: Rows, by: new Map([['id', new Set([id])]]) });
    await work();
  });

/** A simulation in which the first call of one operation of the process `one` has this outcome. */
function aSimulation(
  operation?: string,
  outcome: CallOutcome = 'proceed',
): { simulation: Simulation; database: SimulatedDatabase; process: SimulatedProcess } {
  const outcomeOf = (call: Call): CallOutcome =>
    call.process === 'one' && call.operation === operation && call.count === 1 ? outcome : 'proceed';
  const simulation = new Simulation(`${operation} ${JSON.stringify(outcome)}`, { outcomeOf });
  return { simulation, database: simulation.database('rows'), process: simulation.process('one') };
}

/** Makes the state of a promise readable at any time. */
function stateOf(promise: Promise<unknown>): { readonly current: () => string } {
  let state = 'pending';
  promise.then(
    () => (state = 'done'),
    (error: unknown) => (state = error instanceof Transient ? 'transient' : 'failed'),
  );
  return { current: () => state };
}

describe('a commit', () => {
  it.each<[CallOutcome, string, number]>([
    ['fail-before', 'transient', 0],
    ['fail-after', 'done', 1],
    ['fail-then-apply', 'done', 1],
    ['crash-before', 'pending', 0],
    ['crash-after', 'pending', 1],
    [{ delayMs: 5_000 }, 'done', 1],
  ])('with the outcome %j ends as %s and leaves %i rows', async (outcome, state, rows) => {
    const { simulation, database, process } = aSimulation('commit', outcome);
    const written = stateOf(insertRow(process.store(database), 'a', 'one'));
    await simulation.run(10_000);
    expect([written.current(), database.rows(Rows).length, process.alive]).toEqual([
      state,
      rows,
      typeof outcome === 'object' || !outcome.startsWith('crash'),
    ]);
  });

  it('that is applied late holds its locks until then', async () => {
    const { simulation, database, process } = aSimulation('commit', 'fail-then-apply');
    await database.insert(Rows, [{ id: 'a' }]);
    const first = stateOf(lockRow(process.store(database), 'a', () => Promise.resolve()));
    await simulation.run(10);
    const second = stateOf(lockRow(simulation.process('two').store(database), 'a', () => Promise.resolve()));
    await simulation.until(() => second.current() === 'done', 5_000);
    await simulation.until(() => first.current() === 'done', 1_000);
  });

  it('followed by a long database outage has an unknown outcome', async () => {
    const { simulation, database, process } = aSimulation('commit', 'fail-after');
    const written = insertRow(process.store(database), 'a', 'one');
    const failure = written.catch((error: unknown) => error);
    await simulation.until(() => database.rows(Rows).length === 1);
    database.stop();
    expect(await simulation.settled(failure)).toBeInstanceOf(OutcomeUnknown);
  });
});

describe('a process that is killed', () => {
  it('runs none of its code, and its locks are released', async () => {
    const { simulation, database, process } = aSimulation();
    await database.insert(Rows, [{ id: 'a' }]);
    const ran: string[] = [];
    process.runtimePorts.timers.after(5_000, () => ran.push('timer'));
    void lockRow(process.store(database), 'a', async () => {
      await process.runtimePorts.timers.wait(3_000);
      ran.push('after the wait');
    });
    await simulation.run(500);
    const waiting = stateOf(lockRow(simulation.process('two').store(database), 'a', () => Promise.resolve()));
    await simulation.run(500);
    expect(waiting.current()).toBe('pending');
    process.crash();
    await simulation.run(120_000);
    expect([waiting.current(), ran]).toEqual(['done', []]);
    expect(stateOf(process.store(database).deadLetterCount()).current()).toBe('pending');
  });

  it('loses leadership, and its successor has a higher epoch', async () => {
    const { simulation, database, process } = aSimulation();
    const first = (await simulation.settled(process.store(database).lead()))!;
    const store = simulation.process('two').store(database);
    expect(await simulation.settled(store.lead())).toBeUndefined();
    process.crash();
    await simulation.run(1_000);
    expect((await simulation.settled(store.lead()))!.epoch).toBe(first.epoch + 1n);
  });
});

describe('a process that is paused', () => {
  it('keeps its session lock, and its timers run after the resume', async () => {
    const { simulation, database, process } = aSimulation();
    const times: number[] = [];
    process.runtimePorts.timers.after(1_000, () => times.push(simulation.elapsed));
    const leads = stateOf(process.store(database).lead());
    await simulation.until(() => leads.current() === 'done');
    process.pause();
    await simulation.run(15_000);
    expect(await simulation.settled(simulation.process('two').store(database).lead())).toBeUndefined();
    expect(times).toEqual([]);
    process.resume();
    await simulation.run(100);
    expect(times).toHaveLength(1);
    expect(times[0]).toBeGreaterThan(15_000);
  });
});

describe('a transaction', () => {
  it('waits four seconds for a lock', async () => {
    const { simulation, database, process } = aSimulation();
    await database.insert(Rows, [{ id: 'a' }]);
    void lockRow(process.store(database), 'a', () => process.runtimePorts.timers.wait(10_000));
    await simulation.run(100);
    const second = stateOf(lockRow(simulation.process('two').store(database), 'a', () => Promise.resolve()));
    await simulation.run(3_900);
    expect(second.current()).toBe('pending');
    await simulation.run(200);
    expect(second.current()).toBe('transient');
  });

  it('is ended when its process is paused for 15 seconds', async () => {
    const { simulation, database, process } = aSimulation();
    await database.insert(Rows, [{ id: 'a' }]);
    const paused = stateOf(lockRow(process.store(database), 'a', () => process.runtimePorts.timers.wait(100)));
    await simulation.run(50);
    process.pause();
    await simulation.run(15_100);
    await simulation.settled(lockRow(simulation.process('two').store(database), 'a', () => Promise.resolve()));
    process.resume();
    await simulation.until(() => paused.current() === 'transient', 1_000);
  });
});

describe('a database that stops', () => {
  it('rolls back open transactions, rejects connections, and has the committed rows after the start', async () => {
    const { simulation, database, process } = aSimulation();
    const store = process.store(database);
    await simulation.settled(insertRow(store, 'a', 'one'));
    const interrupted = stateOf(lockRow(store, 'a', () => process.runtimePorts.timers.wait(1_000)));
    await simulation.run(100);
    database.stop();
    const during = stateOf(insertRow(store, 'b', 'one'));
    await simulation.run(8_000);
    expect([interrupted.current(), during.current()]).toEqual(['transient', 'transient']);
    database.start();
    await simulation.settled(insertRow(store, 'c', 'one'));
    expect(database.rows<Row>(Rows).map(({ id }) => id)).toEqual(['a', 'c']);
  });

  it('gives a process no more connections than its pool size', async () => {
    const { simulation, database } = aSimulation();
    const process = simulation.process('small pool', { connections: 1 });
    const store = process.store(database);
    const first = stateOf(store.transaction(() => process.runtimePorts.timers.wait(1_000)));
    const second = stateOf(store.deadLetterCount());
    await simulation.run(500);
    expect([first.current(), second.current()]).toEqual(['pending', 'pending']);
    await simulation.run(600);
    expect([first.current(), second.current()]).toEqual(['done', 'done']);
  });
});

describe('a member of a group', () => {
  interface Reader {
    readonly process: SimulatedProcess;
    readonly seen: IncomingRecord[];
    owned: readonly TopicPartition[];
  }
  const read = async (
    simulation: Simulation,
    name: string,
    kafka: (process: SimulatedProcess) => KafkaClient,
  ): Promise<Reader> => {
    const reader: Reader = { process: simulation.process(name), seen: [], owned: [] };
    const onAssigned = (partitions: readonly TopicPartition[]): void => void (reader.owned = partitions);
    await simulation.settled(
      kafka(reader.process).subscribe({
        group: 'readers',
        topics: ['news'],
        onRecords: (records) => reader.seen.push(...records),
        onAssigned,
        onFatal: () => undefined,
      }),
    );
    return reader;
  };
  const twoReaders = async (): Promise<{
    simulation: Simulation;
    kafka: ReturnType<Simulation['kafka']>;
    one: Reader;
    two: Reader;
  }> => {
    const { simulation } = aSimulation();
    const kafka = simulation.kafka();
    kafka.createTopic(news);
    const [one, two] = [
      await read(simulation, 'one', (process) => process.kafka(kafka)),
      await read(simulation, 'two', (process) => process.kafka(kafka)),
    ];
    await simulation.until(() => one.owned.length === 2 && two.owned.length === 2);
    return { simulation, kafka, one, two };
  };
  const appendNews = (kafka: ReturnType<Simulation['kafka']>): void =>
    kafka.append(
      ...Array.from({ length: 4 }, (_, partition) => ({ topic: 'news', partition, key: 'k', value: 'x', headers: {} })),
    );

  it('that is killed is removed after the session timeout, not before', async () => {
    const { simulation, one, two } = await twoReaders();
    one.process.crash();
    await simulation.run(7_000);
    expect(two.owned).toHaveLength(2);
    await simulation.run(8_000);
    expect(two.owned).toHaveLength(4);
  });

  it('that was paused too long keeps its old assignment until its next heartbeat', async () => {
    const { simulation, kafka, one, two } = await twoReaders();
    one.process.pause();
    await simulation.run(20_000);
    expect([one.owned.length, two.owned.length]).toEqual([2, 4]);
    appendNews(kafka);
    await simulation.until(() => two.seen.length === 4);
    one.process.resume();
    await simulation.until(() => one.owned.length + two.owned.length === 4);
    expect(new Set(two.seen.map(({ partition }) => partition)).size).toBe(4);
  });

  it('gets records across a broker outage, from the committed offsets on', async () => {
    const { simulation, kafka, one, two } = await twoReaders();
    kafka.stop();
    await simulation.run(5_000);
    kafka.start();
    appendNews(kafka);
    await simulation.until(() => one.seen.length + two.seen.length === 4);
    kafka.rebalance('readers');
    await simulation.until(() => one.seen.length + two.seen.length === 8);
  });

  it('reports the time of its last fetch', async () => {
    const { simulation } = aSimulation();
    const kafka = simulation.kafka();
    kafka.createTopic(news);
    const process = simulation.process('reader');
    const subscription = await simulation.settled(
      process.kafka(kafka).subscribe({
        group: 'readers',
        topics: ['news'],
        onRecords: () => undefined,
        onAssigned: () => undefined,
        onFatal: () => undefined,
      }),
    );
    const sinceLastFetch = (): number => process.runtimePorts.clock.now().getTime() - subscription.lastFetchAt();
    await simulation.run(60_000);
    expect(sinceLastFetch()).toBeLessThan(1_500);
    kafka.stop();
    await simulation.run(60_000);
    expect(sinceLastFetch()).toBeGreaterThan(55_000);
  });
});

describe('a publisher', () => {
  const send = async (outcome: CallOutcome): Promise<{ states: string[]; appended: number }> => {
    const { simulation, process } = aSimulation('publish', outcome);
    const kafka = simulation.kafka();
    kafka.createTopic(news);
    const publisher = await simulation.settled(process.kafka(kafka).publisher());
    const records = Array.from({ length: 4 }, (_, partition) => ({
      topic: 'news',
      partition,
      key: 'k',
      value: 'x',
      headers: {},
    }));
    const first = stateOf(publisher.publish(records));
    await simulation.run(5_000);
    const second = stateOf(publisher.publish(records));
    await simulation.run(5_000);
    return { states: [first.current(), second.current()], appended: kafka.records('news').length };
  };

  it.each<[CallOutcome, number, number]>([
    ['fail-before', 0, 0],
    ['fail-partially', 0, 4],
    ['fail-after', 4, 4],
    ['fail-then-apply', 4, 4],
  ])('is unusable after the outcome %j, and has appended from %i to %i records', async (outcome, min, max) => {
    const { states, appended } = await send(outcome);
    expect(states).toEqual(['failed', 'failed']);
    expect(appended).toBeGreaterThanOrEqual(min);
    expect(appended).toBeLessThanOrEqual(max);
  });

  it('is usable after a response', async () =>
    expect(await send('proceed')).toEqual({ states: ['done', 'done'], appended: 8 }));
});
