import { describe, expect, it } from '@jest/globals';
import { table, topic } from '@tradewind/messaging';
import {
  Simulation,
  type CallOutcome,
  type SimulatedDatabase,
  type SimulatedKafka,
  type SimulatedProcess,
} from './index.js';

interface Count {
  readonly id: string;
  readonly times: number;
}
const Counts = table<Count>('counts', 'id', { id: 'text', times: 'int4' });
const clicks = topic('clicks', { owner: 'test', partitions: 2 });

const increment = (process: SimulatedProcess, database: SimulatedDatabase, id: string): Promise<void> =>
  process.store(database).transaction(async (transaction) => {
    const [row] = (await transaction.load({ table: Counts, by: new Map([['id', new Set([id])]]) })) as Count[];
    const next = { id, times: (row?.times ?? 0) + 1 };
    await transaction.save(Counts, [{ table: Counts, key: id, row: next, isNew: false }], new Set(row ? [id] : []));
  });

/** Several processes that increment one row concurrently, publish and consume. */
async function runOneMinute(
  seed: number,
  outcomeOf?: () => CallOutcome,
): Promise<{ simulation: Simulation; database: SimulatedDatabase; kafka: SimulatedKafka; read: string[] }> {
  const simulation = new Simulation(seed, outcomeOf ? { outcomeOf } : {});
  const [database, kafka, read] = [simulation.database('counts'), simulation.kafka(), [] as string[]];
  kafka.createTopic(clicks);
  await database.insert(Counts, [{ id: 'a', times: 0 }]);
  for (const name of ['one', 'two', 'three']) {
    const process = simulation.process(name);
    void process.kafka(kafka).subscribe({
      group: 'readers',
      topics: ['clicks'],
      onRecords: (records) => read.push(...records.map(({ key }) => `${name} ${key}`)),
      onAssigned: () => undefined,
      onFatal: () => undefined,
    });
    const work = async (): Promise<void> => {
      for (let round = 0; round < 5; round++) {
        await increment(process, database, 'a').catch(() => undefined);
        await process.runtimePorts.timers.wait(1_000 * process.runtimePorts.randomness.fraction());
        await (
          await process.kafka(kafka).publisher()
        ).publish([{ topic: 'clicks', partition: round % 2, key: `${name}${round}`, value: null, headers: {} }]);
      }
    };
    void work();
  }
  await simulation.run(60_000);
  return { simulation, database, kafka, read };
}

describe('a simulation', () => {
  it('repeats a seed exactly, and runs another seed differently', async () => {
    const [first, second, other] = [await runOneMinute(1), await runOneMinute(1), await runOneMinute(2)];
    expect(second.simulation.traceHash).toBe(first.simulation.traceHash);
    expect(second.read).toEqual(first.read);
    expect(other.simulation.traceHash).not.toBe(first.simulation.traceHash);
  });

  it('loses no update of a row that is loaded before it is saved, and no record', async () => {
    const { database, read, kafka } = await runOneMinute(3);
    expect(database.rows(Counts)).toEqual([{ id: 'a', times: 15 }]);
    expect(new Set(read.map((line) => line.split(' ')[1]))).toEqual(
      new Set(kafka.records('clicks').map(({ key }) => key)),
    );
  });

  it('lets a minute pass without events', async () => {
    const simulation = new Simulation(1);
    const before = simulation.now;
    await simulation.run(60_000);
    expect(simulation.now - before).toBe(60_000);
  });
});
