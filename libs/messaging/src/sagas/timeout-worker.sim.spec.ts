import { describe, expect, it } from '@jest/globals';
import { Simulation } from '@tradewind/simulation';
import { Runner } from '../handling/runner.js';
import { topic } from '../message/index.js';
import { partitionOf } from '../message/partition-of.js';
import { table } from '../ports/index.js';
import type { AnySaga } from './saga-decisions.js';
import { SagaInstances } from './saga-instances.js';
import { TimeoutWorker } from './timeout-worker.js';

const replies = topic('payment.events', { owner: 'payment', partitions: 2 });
const Orders = table<{ readonly orderId: string }>('orders', 'orderId', { orderId: 'text' });
/** A saga without instances: a timeout of it is handled by deleting it. */
const saga = { name: 'place-order', subjects: Orders } as unknown as AnySaga;
const group = 'order';
const key = 'order 1';

function aWorker(sagas: readonly AnySaga[] = [saga]) {
  const simulation = new Simulation('timeout worker');
  const [database, kafka] = [simulation.database('order'), simulation.kafka()];
  kafka.createTopic(replies);
  const process = simulation.process('order');
  const store = process.store(database);
  const errors: string[] = [];
  const worker = new TimeoutWorker(
    store,
    process.kafka(kafka),
    new Runner(store, [Orders, SagaInstances], process.runtimePorts),
    process.runtimePorts,
    {
      group,
      topics: [replies.name],
      partitionCountOf: () => replies.partitions,
      sagas,
      log: (_, message) => errors.push(message),
    },
  );
  worker.start();
  const schedule = (timeoutMs: number): Promise<void> =>
    simulation.settled(
      store.transaction((transaction) =>
        transaction.scheduleTimeouts([
          { id: 't', sagaId: `place-order:${key}`, name: 'take payment', timeoutMs, startedBy: null },
        ]),
      ),
    );
  const partition = partitionOf(key, replies.partitions);
  const reply = (): void => kafka.append({ topic: replies.name, partition, key, value: '{}', headers: {} });
  const commit = (offset: bigint): void =>
    void kafka.group(group).committed.set(`${replies.name}:${partition}`, { topic: replies.name, partition, offset });
  return { simulation, database, store, kafka, errors, worker, schedule, reply, commit };
}

describe('a timeout', () => {
  it('is handled when it is due, not before', async () => {
    const { simulation, database, schedule } = aWorker();
    await schedule(5_000);
    await simulation.run(4_000);
    expect(database.timeouts.committed()).toHaveLength(1);
    await simulation.run(2_000);
    expect(database.timeouts.committed()).toEqual([]);
  });

  it('waits until the group has read the replies that existed when it became due', async () => {
    const { simulation, database, schedule, reply, commit } = aWorker();
    reply();
    await schedule(0);
    await simulation.run(10_000);
    expect(database.timeouts.committed()).toHaveLength(1);
    commit(1n);
    await simulation.until(() => database.timeouts.committed().length === 0, 5_000);
  });

  it('does not wait for replies that arrive after it became due', async () => {
    const { simulation, database, schedule, reply, commit } = aWorker();
    reply();
    await schedule(0);
    await simulation.run(1_000);
    reply();
    commit(1n);
    await simulation.until(() => database.timeouts.committed().length === 0, 5_000);
  });

  it('waits while the broker is unavailable', async () => {
    const { simulation, database, kafka, schedule } = aWorker();
    kafka.stop();
    await schedule(0);
    await simulation.run(10_000);
    expect(database.timeouts.committed()).toHaveLength(1);
    kafka.start();
    await simulation.until(() => database.timeouts.committed().length === 0, 5_000);
  });

  it('waits while a dead letter blocks its key', async () => {
    const { simulation, database, store, schedule } = aWorker();
    const letter = {
      consumer: group,
      orderingKey: `${replies.name}/${key}`,
      messageId: '00000000-0000-7000-8000-000000000001',
      topic: replies.name,
      partition: 0,
      offset: 0n,
      key,
      value: null,
      headers: {},
    };
    await simulation.settled(
      store.transaction((transaction) =>
        transaction.addDeadLetters([letter], { cause: 'Poison', detail: 'd', attempts: 1 }),
      ),
    );
    await schedule(0);
    await simulation.run(10_000);
    expect(database.timeouts.committed()).toHaveLength(1);
  });

  it('is handled although more others than one look finds wait for the replies of another partition', async () => {
    const { simulation, database, store, reply } = aWorker();
    const stuck = partitionOf(key, replies.partitions);
    const keys = (of: (partition: number) => boolean, count: number): string[] => {
      const found: string[] = [];
      for (let at = 0; found.length < count; at++)
        if (of(partitionOf(`other ${at}`, replies.partitions))) found.push(`other ${at}`);
      return found;
    };
    reply();
    const many = keys((partition) => partition === stuck, 1_200);
    const [free] = keys((partition) => partition !== stuck, 1);
    for (const some of [many, [free!]]) {
      const timeouts = some.map((of) => ({
        id: of,
        sagaId: `place-order:${of}`,
        name: 'n',
        timeoutMs: 0,
        startedBy: null,
      }));
      await simulation.settled(store.transaction((transaction) => transaction.scheduleTimeouts(timeouts)));
    }
    const left = (): number => database.timeouts.committed().length;
    await simulation.until(() => left() === many.length, 5_000);
    expect(database.timeouts.committed().some(({ id }) => id === free)).toBe(false);
  });

  it('that waits keeps the ends of the time when it became due, behind others that wait', async () => {
    const { simulation, database, store, reply, commit } = aWorker();
    reply();
    const timeouts = Array.from({ length: 1_200 }, (_, at) => ({
      id: `t ${at}`,
      sagaId: `place-order:${key}`,
      name: 'n',
      timeoutMs: 0,
      startedBy: null,
    }));
    await simulation.settled(store.transaction((transaction) => transaction.scheduleTimeouts(timeouts)));
    await simulation.run(3_000);
    reply();
    await simulation.run(3_000);
    commit(1n);
    await simulation.until(() => database.timeouts.committed().length === 0, 10_000);
  });

  it('is postponed and logged when it cannot be handled', async () => {
    const { simulation, database, errors, schedule } = aWorker([]);
    await schedule(0);
    await simulation.run(3_000);
    expect(database.timeouts.committed()).toHaveLength(1);
    expect(errors).toContain('a timeout could not be handled');
  });
});

describe('a worker that stops', () => {
  it('handles no more timeouts', async () => {
    const { simulation, database, worker, schedule } = aWorker();
    await simulation.settled(worker.stop());
    await schedule(0);
    await simulation.run(5_000);
    expect(database.timeouts.committed()).toHaveLength(1);
  });
});
