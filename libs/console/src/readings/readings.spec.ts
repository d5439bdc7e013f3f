import { describe, expect, it } from '@jest/globals';
import { downIn, Readings } from './readings.js';

class Database {
  asked = 0;
  constructor(private readonly fails = false) {}
  ask(): object[] {
    this.asked++;
    if (this.fails) throw new Error('it is down');
    return [{ n: this.asked }];
  }
}

function opened() {
  const databases = { order: new Database(), cart: new Database(true) };
  const clock = { time: 0, now: () => new Date(clock.time) };
  const readings = new Readings(databases as never, clock);
  const read = () =>
    readings.of('all', async (of) => {
      const [[service, database]] = Object.entries(of) as unknown as [[string, Database]];
      return database.ask().map((row) => ({ service, ...row }));
    });
  return { databases, clock, read };
}

describe('a reading', () => {
  it('has the rows of the databases that answer, and names the one that does not', async () => {
    const { read } = opened();
    const reading = await read();
    expect(reading.rows).toEqual([{ service: 'order', n: 1 }]);
    expect(downIn(reading, reading)).toEqual([{ service: 'cart', reason: 'it is down' }]);
  });
  it('is shared by twenty viewers for a second, and then made anew', async () => {
    const { databases, clock, read } = opened();
    await Promise.all(Array.from({ length: 20 }, read));
    clock.time = 999;
    await read();
    expect(databases.order.asked).toBe(1);
    clock.time = 1_000;
    await read();
    expect(databases.order.asked).toBe(2);
  });
});
