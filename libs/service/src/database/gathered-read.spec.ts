import { describe, expect, it } from '@jest/globals';
import { GatheredRead } from './gathered-read.js';

/** A read whose questions wait until they are let go. */
function held(): {
  readonly reads: GatheredRead<string, number>;
  readonly questions: string[][];
  readonly letGo: (error?: Error) => void;
} {
  const questions: string[][] = [];
  const open: ((error?: Error) => void)[] = [];
  const reads = new GatheredRead<string, number>((keys) => {
    questions.push([...keys]);
    return new Promise((resolve, reject) =>
      open.push((error) => (error ? reject(error) : resolve(new Map(keys.map((key) => [key, key.length]))))),
    );
  });
  return { reads, questions, letGo: (error) => open.shift()!(error) };
}
const turn = (): Promise<void> => new Promise(setImmediate);

describe('reads by key', () => {
  it('that come together are one question', async () => {
    const { reads, questions, letGo } = held();
    const answers = Promise.all([reads.of(['a', 'bb']), reads.of(['bb', 'ccc'])]);
    await turn();
    letGo();
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
    expect(questions).toEqual([['a', 'bb', 'ccc']]);
  });
  it('that come while one is under way wait for the next, which is asked afterwards', async () => {
    const { reads, questions, letGo } = held();
    const first = reads.of(['a']);
    await turn();
    const later = Promise.all([reads.of(['a']), reads.of(['b'])]);
    await turn();
    expect(questions).toEqual([['a']]);
    letGo();
    await first;
    await turn();
    letGo();
    expect(await later).toEqual([new Map([['a', 1]]), new Map([['b', 1]])]);
    expect(questions).toEqual([['a'], ['a', 'b']]);
  });
  it('that fail, fail alone', async () => {
    const { reads, letGo } = held();
    const first = reads.of(['a']);
    await turn();
    const second = reads.of(['b']);
    letGo(new Error('away'));
    await expect(first).rejects.toThrow('away');
    await turn();
    letGo();
    expect(await second).toEqual(new Map([['b', 1]]));
  });
});
