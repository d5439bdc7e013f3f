import { describe, expect, it } from '@jest/globals';
import { BatchedRead } from './batched-read.js';

/** A read whose queries stay pending until the test settles them. */
function pendingReads(): {
  readonly reads: BatchedRead<string, number>;
  readonly queries: string[][];
  readonly settle: (error?: Error) => void;
} {
  const queries: string[][] = [];
  const pending: ((error?: Error) => void)[] = [];
  const reads = new BatchedRead<string, number>((keys) => {
    queries.push([...keys]);
    return new Promise((resolve, reject) =>
      pending.push((error) => (error ? reject(error) : resolve(new Map(keys.map((key) => [key, key.length]))))),
    );
  });
  return { reads, queries, settle: (error) => pending.shift()?.(error) };
}
const nextTurn = (): Promise<void> => new Promise(setImmediate);

describe('reads by key', () => {
  it('in the same turn share one query', async () => {
    const { reads, queries, settle } = pendingReads();
    const answers = Promise.all([reads.load(['a', 'bb']), reads.load(['bb', 'ccc'])]);
    await nextTurn();
    settle();
    expect(await answers).toEqual([
      new Map([
        ['a', 1],
        ['bb', 2],
      ]),
      new Map([
        ['bb', 2],
        ['ccc', 3],
      ]),
    ]);
    expect(queries).toEqual([['a', 'bb', 'ccc']]);
  });
  it('during a query share the next one, which starts afterwards', async () => {
    const { reads, queries, settle } = pendingReads();
    const first = reads.load(['a']);
    await nextTurn();
    const later = Promise.all([reads.load(['a']), reads.load(['b'])]);
    await nextTurn();
    expect(queries).toEqual([['a']]);
    settle();
    await first;
    await nextTurn();
    settle();
    expect(await later).toEqual([new Map([['a', 1]]), new Map([['b', 1]])]);
    expect(queries).toEqual([['a'], ['a', 'b']]);
  });
  it('of a failed query do not fail the next one', async () => {
    const { reads, settle } = pendingReads();
    const first = reads.load(['a']);
    await nextTurn();
    const second = reads.load(['b']);
    settle(new Error('unavailable'));
    await expect(first).rejects.toThrow('unavailable');
    await nextTurn();
    settle();
    expect(await second).toEqual(new Map([['b', 1]]));
  });
});
