import { describe, expect, it } from '@jest/globals';
import { Answering } from './answering.js';

describe('a part that answers', () => {
  it('is asked at each look', async () => {
    let asked = 0;
    const part = new Answering('p', () => Promise.resolve({ asked: ++asked }));
    expect([await part.look(1_000), await part.look(1_000)]).toEqual([{ asked: 1 }, { asked: 2 }]);
    expect(part.count).toEqual({ answered: 2, away: 0 });
  });
});

describe('a part that is away', () => {
  it('is counted, and asked again', async () => {
    const answers = [Promise.reject(new Error('refused')), Promise.resolve({})];
    const part = new Answering('p', () => answers.shift()!);
    await part.look(1_000);
    await part.look(1_000);
    expect(part.count).toEqual({ answered: 1, away: 1 });
  });
  it('is not asked twice while it hangs, and is heard when it comes back', async () => {
    let asked = 0;
    let answer: (value: object) => void = () => undefined;
    const part = new Answering('p', () => new Promise<object>((resolve) => (asked++, (answer = resolve))));
    expect([await part.look(1), await part.look(1)]).toEqual([undefined, undefined]);
    const third = part.look(60_000);
    answer({ late: true });
    expect(await third).toEqual({ late: true });
    expect([asked, part.count]).toEqual([1, { answered: 1, away: 2 }]);
  });
});
