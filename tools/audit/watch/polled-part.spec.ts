import { describe, expect, it } from '@jest/globals';
import { PolledPart } from './polled-part.js';

describe('a part that answers', () => {
  it('is asked at each poll', async () => {
    let asked = 0;
    const part = new PolledPart('p', () => Promise.resolve({ asked: ++asked }));
    expect([await part.poll(1_000), await part.poll(1_000)]).toEqual([{ asked: 1 }, { asked: 2 }]);
    expect(part.count).toEqual({ answered: 2, unavailable: 0 });
  });
});

describe('a part that is unavailable', () => {
  it('is counted, and asked again', async () => {
    const answers = [Promise.reject(new Error('refused')), Promise.resolve({})];
    const part = new PolledPart('p', () => answers.shift()!);
    await part.poll(1_000);
    await part.poll(1_000);
    expect(part.count).toEqual({ answered: 1, unavailable: 1 });
  });
  it('is not asked twice while it hangs, and gives its late answer', async () => {
    let asked = 0;
    let answer: (value: object) => void = () => undefined;
    const part = new PolledPart('p', () => new Promise<object>((resolve) => (asked++, (answer = resolve))));
    expect([await part.poll(1), await part.poll(1)]).toEqual([undefined, undefined]);
    const third = part.poll(60_000);
    answer({ late: true });
    expect(await third).toEqual({ late: true });
    expect([asked, part.count]).toEqual([1, { answered: 1, unavailable: 2 }]);
  });
});
