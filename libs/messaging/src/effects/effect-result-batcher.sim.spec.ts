import { describe, expect, it } from '@jest/globals';
import { Simulation } from '@tradewind/simulation';
import { insert, type Decision } from '../handling/index.js';
import type { Invocation } from '../handling/invocation.js';
import { Runner } from '../handling/runner.js';
import { table } from '../ports/index.js';
import { EffectResultBatcher } from './effect-result-batcher.js';

interface Result {
  readonly resultId: string;
}
const Results = table<Result>('results', 'resultId', { resultId: 'text' });

const resultOf = (resultId: string, decide: () => Decision = () => insert(Results, { resultId })): Invocation => ({
  cause: resultId,
  orderingKey: resultId,
  load: {},
  input: undefined,
  decide,
});

function aBatcher() {
  const simulation = new Simulation('effect result batcher');
  const database = simulation.database('payment');
  const process = simulation.process('payment');
  const runner = new Runner(process.store(database), [Results], process.runtimePorts);
  const transactions: number[] = [];
  runner.onCommitted(({ changes }) => transactions.push(changes.length));
  const stopping = new AbortController();
  const batcher = new EffectResultBatcher(runner, process.runtimePorts, stopping.signal);
  const saved = (): string[] => database.rows<Result>(Results).map(({ resultId }) => resultId);
  return { simulation, database, batcher, transactions, stopping, saved };
}

describe('results of effects', () => {
  it('share a transaction when they arrive together', async () => {
    const { simulation, batcher, transactions, saved } = aBatcher();
    await simulation.settled(Promise.all(['a', 'b', 'c'].map((id) => batcher.settle(resultOf(id)))));
    expect([transactions, saved()]).toEqual([[3], ['a', 'b', 'c']]);
  });

  it('share the next transaction when they arrive during one', async () => {
    const { simulation, batcher, transactions } = aBatcher();
    const later: Promise<void>[] = [];
    const first = resultOf('a', () => {
      later.push(batcher.settle(resultOf('b')), batcher.settle(resultOf('c')));
      return insert(Results, { resultId: 'a' });
    });
    await simulation.settled(batcher.settle(first));
    await simulation.settled(Promise.all(later));
    expect(transactions).toEqual([1, 2]);
  });

  it('reject with the error of their decision, which affects no other', async () => {
    const { simulation, batcher, saved } = aBatcher();
    const failing = resultOf('b', () => {
      throw new Error('a bug');
    });
    const settled = Promise.allSettled([resultOf('a'), failing, resultOf('c')].map((each) => batcher.settle(each)));
    expect((await simulation.settled(settled)).map(({ status }) => status)).toEqual([
      'fulfilled',
      'rejected',
      'fulfilled',
    ]);
    expect(saved()).toEqual(['a', 'c']);
  });

  it('wait while the database is unavailable', async () => {
    const { simulation, database, batcher, saved } = aBatcher();
    database.stop();
    const settled = batcher.settle(resultOf('a'));
    await simulation.run(10_000);
    expect(saved()).toEqual([]);
    database.start();
    await simulation.settled(settled);
    expect(saved()).toEqual(['a']);
  });

  it('are left undecided when the process stops while the database is unavailable', async () => {
    const { simulation, database, batcher, stopping, saved } = aBatcher();
    database.stop();
    const settled = batcher.settle(resultOf('a'));
    await simulation.run(1_000);
    stopping.abort();
    await simulation.settled(settled);
    expect(saved()).toEqual([]);
  });
});
