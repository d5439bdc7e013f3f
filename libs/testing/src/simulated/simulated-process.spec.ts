import { describe, expect, it } from '@jest/globals';
import { Transient } from '@tradewind/kernel';
import {
  OutcomeUnknown,
  table,
  topic,
  type IncomingRecord,
  type KafkaClient,
  type Store,
  type TopicPartition,
} from '@tradewind/messaging';
import { Simulation, type Call, type Fate, type SimulatedDatabase, type SimulatedProcess } from './index.js';

interface Row {
  readonly id: string;
  readonly by?: string;
}
const Rows = table<Row>('rows', 'id', { id: 'text', by: 'text' });
const news = topic('news', { owner: 'test', partitions: 4 });

const write = (store: Store, id: string, by: string): Promise<void> =>
  store.transaction((transaction) =>
    transaction.save(Rows, [{ table: Rows, key: id, row: { id, by }, fresh: true }], new Set()),
  );
const hold = (store: Store, id: string, work: () => Promise<void>): Promise<void> =>
  store.transaction(async (transaction) => {
    await transaction.load({ table: Rows, by: new Map([['id', new Set([id])]]) });
    await work();
  });

/** A simulation in which the first call of one operation has a fate. */
function aWorld(
  operation?: string,
  fate: Fate = 'proceed',
): { simulation: Simulation; database: SimulatedDatabase; life: SimulatedProcess } {
  const fateOf = (call: Call): Fate =>
    call.process === 'one' && call.operation === operation && call.count === 1 ? fate : 'proceed';
  const simulation = new Simulation(`${operation} ${JSON.stringify(fate)}`, { fateOf });
  return { simulation, database: simulation.database('rows'), life: simulation.process('one') };
}

/** What becomes of a promise: a text, so that it can be looked at any time. */
function watched(promise: Promise<unknown>): { readonly end: () => string } {
  let end = 'open';
  promise.then(
    () => (end = 'done'),
    (error: unknown) => (end = error instanceof Transient ? 'transient' : 'failed'),
  );
  return { end: () => end };
}

describe('a commit', () => {
  it.each<[Fate, string, number]>([
    ['fail-before', 'transient', 0],
    ['fail-after', 'done', 1],
    ['fail-meanwhile', 'done', 1],
    ['crash-before', 'open', 0],
    ['crash-after', 'open', 1],
    [{ delay: 5_000 }, 'done', 1],
  ])('whose fate is %j ends as %s and leaves %i rows', async (fate, end, rows) => {
    const { simulation, database, life } = aWorld('commit', fate);
    const written = watched(write(life.store(database), 'a', 'one'));
    await simulation.run(10_000);
    expect([written.end(), database.rows(Rows).length, life.alive]).toEqual([
      end,
      rows,
      typeof fate === 'object' || !fate.startsWith('crash'),
    ]);
  });

  it('that is late holds its locks until then', async () => {
    const { simulation, database, life } = aWorld('commit', 'fail-meanwhile');
    await database.seed(Rows, [{ id: 'a' }]);
    const first = watched(hold(life.store(database), 'a', () => Promise.resolve()));
    await simulation.run(10);
    const second = watched(hold(simulation.process('two').store(database), 'a', () => Promise.resolve()));
    await simulation.until(() => second.end() === 'done', 5_000);
    await simulation.until(() => first.end() === 'done', 1_000);
  });

  it('after which the database is away for long has an outcome that nobody knows', async () => {
    const { simulation, database, life } = aWorld('commit', 'fail-after');
    const written = write(life.store(database), 'a', 'one');
    const failure = written.catch((error: unknown) => error);
    await simulation.until(() => database.rows(Rows).length === 1);
    database.stop();
    expect(await simulation.settled(failure)).toBeInstanceOf(OutcomeUnknown);
  });
});

describe('a process that is killed', () => {
  it('runs none of its code any more, and gives its locks free', async () => {
    const { simulation, database, life } = aWorld();
    await database.seed(Rows, [{ id: 'a' }]);
    const ran: string[] = [];
    life.world.timers.after(5_000, () => ran.push('timer'));
    void hold(life.store(database), 'a', async () => {
      await life.world.timers.wait(3_000);
      ran.push('after the wait');
    });
    await simulation.run(500);
    const waiting = watched(hold(simulation.process('two').store(database), 'a', () => Promise.resolve()));
    await simulation.run(500);
    expect(waiting.end()).toBe('open');
    life.crash();
    await simulation.run(120_000);
    expect([waiting.end(), ran]).toEqual(['done', []]);
    expect(watched(life.store(database).parkedCount()).end()).toBe('open');
  });

  it('lets go what it leads, and its successor fences it', async () => {
    const { simulation, database, life } = aWorld();
    const first = (await simulation.settled(life.store(database).lead()))!;
    const store = simulation.process('two').store(database);
    expect(await simulation.settled(store.lead())).toBeUndefined();
    life.crash();
    await simulation.run(1_000);
    expect((await simulation.settled(store.lead()))!.epoch).toBe(first.epoch + 1n);
  });
});

describe('a process that is stopped for a while', () => {
  it('holds its lock, and goes on where it was, at the time that it is then', async () => {
    const { simulation, database, life } = aWorld();
    const times: number[] = [];
    life.world.timers.after(1_000, () => times.push(simulation.elapsed));
    const leads = watched(life.store(database).lead());
    await simulation.until(() => leads.end() === 'done');
    life.pause();
    await simulation.run(15_000);
    expect(await simulation.settled(simulation.process('two').store(database).lead())).toBeUndefined();
    expect(times).toEqual([]);
    life.resume();
    await simulation.run(100);
    expect(times).toHaveLength(1);
    expect(times[0]).toBeGreaterThan(15_000);
  });
});

describe('a transaction', () => {
  it('waits four seconds for a lock', async () => {
    const { simulation, database, life } = aWorld();
    await database.seed(Rows, [{ id: 'a' }]);
    void hold(life.store(database), 'a', () => life.world.timers.wait(10_000));
    await simulation.run(100);
    const second = watched(hold(simulation.process('two').store(database), 'a', () => Promise.resolve()));
    await simulation.run(3_900);
    expect(second.end()).toBe('open');
    await simulation.run(200);
    expect(second.end()).toBe('transient');
  });

  it('lets go of its locks when its process sleeps for a quarter of a minute', async () => {
    const { simulation, database, life } = aWorld();
    await database.seed(Rows, [{ id: 'a' }]);
    const asleep = watched(hold(life.store(database), 'a', () => life.world.timers.wait(100)));
    await simulation.run(50);
    life.pause();
    await simulation.run(15_100);
    await simulation.settled(hold(simulation.process('two').store(database), 'a', () => Promise.resolve()));
    life.resume();
    await simulation.until(() => asleep.end() === 'transient', 1_000);
  });
});

describe('a database that goes away', () => {
  it('rolls back what is under way, takes nobody, and has what was committed when it is back', async () => {
    const { simulation, database, life } = aWorld();
    const store = life.store(database);
    await simulation.settled(write(store, 'a', 'one'));
    const cut = watched(hold(store, 'a', () => life.world.timers.wait(1_000)));
    await simulation.run(100);
    database.stop();
    const during = watched(write(store, 'b', 'one'));
    await simulation.run(8_000);
    expect([cut.end(), during.end()]).toEqual(['transient', 'transient']);
    database.start();
    await simulation.settled(write(store, 'c', 'one'));
    expect(database.rows<Row>(Rows).map(({ id }) => id)).toEqual(['a', 'c']);
  });

  it('lends no more connections than the process may have', async () => {
    const { simulation, database } = aWorld();
    const life = simulation.process('narrow', { connections: 1 });
    const store = life.store(database);
    const first = watched(store.transaction(() => life.world.timers.wait(1_000)));
    const second = watched(store.parkedCount());
    await simulation.run(500);
    expect([first.end(), second.end()]).toEqual(['open', 'open']);
    await simulation.run(600);
    expect([first.end(), second.end()]).toEqual(['done', 'done']);
  });
});

describe('a member of a group', () => {
  interface Reading {
    readonly life: SimulatedProcess;
    readonly seen: IncomingRecord[];
    owned: readonly TopicPartition[];
  }
  const read = async (
    simulation: Simulation,
    name: string,
    kafka: (life: SimulatedProcess) => KafkaClient,
  ): Promise<Reading> => {
    const reading: Reading = { life: simulation.process(name), seen: [], owned: [] };
    const onAssigned = (partitions: readonly TopicPartition[]): void => void (reading.owned = partitions);
    await simulation.settled(
      kafka(reading.life).subscribe({
        group: 'readers',
        topics: ['news'],
        onRecords: (records) => reading.seen.push(...records),
        onAssigned,
        onDead: () => undefined,
      }),
    );
    return reading;
  };
  const twoReaders = async (): Promise<{
    simulation: Simulation;
    kafka: ReturnType<Simulation['kafka']>;
    one: Reading;
    two: Reading;
  }> => {
    const { simulation } = aWorld();
    const kafka = simulation.kafka();
    kafka.create(news);
    const [one, two] = [
      await read(simulation, 'one', (life) => life.kafka(kafka)),
      await read(simulation, 'two', (life) => life.kafka(kafka)),
    ];
    await simulation.until(() => one.owned.length === 2 && two.owned.length === 2);
    return { simulation, kafka, one, two };
  };
  const tell = (kafka: ReturnType<Simulation['kafka']>): void =>
    kafka.append(
      ...Array.from({ length: 4 }, (_, partition) => ({ topic: 'news', partition, key: 'k', value: 'x', headers: {} })),
    );

  it('that is killed is missed when its session runs out, and not before', async () => {
    const { simulation, one, two } = await twoReaders();
    one.life.crash();
    await simulation.run(7_000);
    expect(two.owned).toHaveLength(2);
    await simulation.run(8_000);
    expect(two.owned).toHaveLength(4);
  });

  it('that was stopped for too long still believes that it owns its share, until it is heard', async () => {
    const { simulation, kafka, one, two } = await twoReaders();
    one.life.pause();
    await simulation.run(20_000);
    expect([one.owned.length, two.owned.length]).toEqual([2, 4]);
    tell(kafka);
    await simulation.until(() => two.seen.length === 4);
    one.life.resume();
    await simulation.until(() => one.owned.length + two.owned.length === 4);
    expect(new Set(two.seen.map(({ partition }) => partition)).size).toBe(4);
  });

  it('gets what comes while the broker comes and goes, from the committed positions on', async () => {
    const { simulation, kafka, one, two } = await twoReaders();
    kafka.stop();
    await simulation.run(5_000);
    kafka.start();
    tell(kafka);
    await simulation.until(() => one.seen.length + two.seen.length === 4);
    kafka.rebalance('readers');
    await simulation.until(() => one.seen.length + two.seen.length === 8);
  });

  it('whose last fetch the broker does not answer says so', async () => {
    const { simulation } = aWorld();
    const kafka = simulation.kafka();
    kafka.create(news);
    const life = simulation.process('reader');
    const subscription = await simulation.settled(
      life
        .kafka(kafka)
        .subscribe({
          group: 'readers',
          topics: ['news'],
          onRecords: () => undefined,
          onAssigned: () => undefined,
          onDead: () => undefined,
        }),
    );
    const silence = (): number => life.world.clock.now().getTime() - subscription.lastFetchAt();
    await simulation.run(60_000);
    expect(silence()).toBeLessThan(1_500);
    kafka.stop();
    await simulation.run(60_000);
    expect(silence()).toBeGreaterThan(55_000);
  });
});

describe('a publisher', () => {
  const send = async (fate: Fate): Promise<{ ends: string[]; taken: number }> => {
    const { simulation, life } = aWorld('publish', fate);
    const kafka = simulation.kafka();
    kafka.create(news);
    const publisher = await simulation.settled(life.kafka(kafka).publisher());
    const records = Array.from({ length: 4 }, (_, partition) => ({
      topic: 'news',
      partition,
      key: 'k',
      value: 'x',
      headers: {},
    }));
    const first = watched(publisher.publish(records));
    await simulation.run(5_000);
    const again = watched(publisher.publish(records));
    await simulation.run(5_000);
    return { ends: [first.end(), again.end()], taken: kafka.records('news').length };
  };

  it.each<[Fate, number, number]>([
    ['fail-before', 0, 0],
    ['fail-partly', 0, 4],
    ['fail-after', 4, 4],
    ['fail-meanwhile', 4, 4],
  ])('whose call has the fate %j is spent, and has sent from %i to %i records', async (fate, least, most) => {
    const { ends, taken } = await send(fate);
    expect(ends).toEqual(['failed', 'failed']);
    expect(taken).toBeGreaterThanOrEqual(least);
    expect(taken).toBeLessThanOrEqual(most);
  });

  it('that is answered is good for the next call', async () =>
    expect(await send('proceed')).toEqual({ ends: ['done', 'done'], taken: 8 }));
});
