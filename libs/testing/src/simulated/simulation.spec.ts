import { describe, expect, it } from '@jest/globals';
import { table, topic } from '@tradewind/messaging';
import { Simulation, type Fate, type SimulatedDatabase, type SimulatedKafka, type SimulatedProcess } from './index.js';

interface Count {
  readonly id: string;
  readonly times: number;
}
const Counts = table<Count>('counts', 'id', { id: 'text', times: 'int4' });
const clicks = topic('clicks', { owner: 'test', partitions: 2 });

const countUp = (life: SimulatedProcess, database: SimulatedDatabase, id: string): Promise<void> =>
  life.store(database).transaction(async (transaction) => {
    const [row] = (await transaction.load({ table: Counts, by: new Map([['id', new Set([id])]]) })) as Count[];
    const next = { id, times: (row?.times ?? 0) + 1 };
    await transaction.save(Counts, [{ table: Counts, key: id, row: next, fresh: false }], new Set(row ? [id] : []));
  });

/** Several lives that count one row up at once, publish, and read. */
async function aBusyMinute(
  seed: number,
  fateOf?: () => Fate,
): Promise<{ simulation: Simulation; database: SimulatedDatabase; kafka: SimulatedKafka; read: string[] }> {
  const simulation = new Simulation(seed, fateOf ? { fateOf } : {});
  const [database, kafka, read] = [simulation.database('counts'), simulation.kafka(), [] as string[]];
  kafka.create(clicks);
  await database.seed(Counts, [{ id: 'a', times: 0 }]);
  for (const name of ['one', 'two', 'three']) {
    const life = simulation.process(name);
    void life
      .kafka(kafka)
      .subscribe({
        group: 'readers',
        topics: ['clicks'],
        onRecords: (records) => read.push(...records.map(({ key }) => `${name} ${key}`)),
        onAssigned: () => undefined,
        onDead: () => undefined,
      });
    const work = async (): Promise<void> => {
      for (let round = 0; round < 5; round++) {
        await countUp(life, database, 'a').catch(() => undefined);
        await life.world.timers.wait(1_000 * life.world.randomness.fraction());
        await (
          await life.kafka(kafka).publisher()
        ).publish([{ topic: 'clicks', partition: round % 2, key: `${name}${round}`, value: null, headers: {} }]);
      }
    };
    void work();
  }
  await simulation.run(60_000);
  return { simulation, database, kafka, read };
}

describe('a simulation', () => {
  it('replays a seed bit for bit, and does something else with another', async () => {
    const [first, again, other] = [await aBusyMinute(1), await aBusyMinute(1), await aBusyMinute(2)];
    expect(again.simulation.traceHash).toBe(first.simulation.traceHash);
    expect(again.read).toEqual(first.read);
    expect(other.simulation.traceHash).not.toBe(first.simulation.traceHash);
  });

  it('loses no update of a row that is loaded before it is saved, and no record', async () => {
    const { database, read, kafka } = await aBusyMinute(3);
    expect(database.rows(Counts)).toEqual([{ id: 'a', times: 15 }]);
    expect(new Set(read.map((line) => line.split(' ')[1]))).toEqual(
      new Set(kafka.records('clicks').map(({ key }) => key)),
    );
  });

  it('lets a minute pass in a moment of nothing', async () => {
    const simulation = new Simulation(1);
    const before = simulation.now;
    await simulation.run(60_000);
    expect(simulation.now - before).toBe(60_000);
  });
});
