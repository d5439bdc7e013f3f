import { expect, it } from '@jest/globals';
import { table } from '@tradewind/messaging';
import { Simulation } from '@tradewind/simulation';

interface Count {
  readonly id: string;
  readonly times: number;
}
const Counts = table<Count>('counts', 'id', { id: 'text', times: 'int4' });

it('a commit whose response is lost has taken effect, and the store finds out', async () => {
  const simulation = new Simulation(7, {
    outcomeOf: ({ operation, count }) => (operation === 'commit' && count === 1 ? 'fail-after' : 'proceed'),
  });
  const database = simulation.database('counts');
  const process = simulation.process('counter');
  const store = process.store(database); // the Store port; process.kafka(simulation.kafka()) is the KafkaClient port

  const saved = store.transaction(async (transaction) => {
    const row = { id: 'a', times: 1 };
    await transaction.save(Counts, [{ table: Counts, key: 'a', row, isNew: true }], new Set());
  });
  await simulation.settled(saved); // lets virtual time pass: some real milliseconds
  expect(database.rows(Counts)).toEqual([{ id: 'a', times: 1 }]);
});
