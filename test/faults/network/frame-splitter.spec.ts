import { describe, expect, it } from '@jest/globals';
import { seededRandom } from '../../../tools/shop/retail/seeded-random.js';
import { FrameSplitter } from './frame-splitter.js';

/** Frames whose first byte is the number of bytes that follow. */
const aSplitter = (): FrameSplitter => new FrameSplitter((begun) => 1 + (begun[0] ?? 0));
const frame = (length: number, seed: number): Buffer =>
  Buffer.from([length, ...Array.from({ length }, (_, index) => (index * seed) % 256)]);

describe('a stream in arbitrary chunks', () => {
  it.each([1, 2, 3, 4, 5])('is split into the original frames (seed %i)', (seed) => {
    const { fraction } = seededRandom(seed, 'chunks');
    const frames = Array.from({ length: 200 }, (_, index) => frame(Math.floor(fraction() * 40), index));
    const stream = Buffer.concat(frames);
    const splitter = aSplitter();
    const seen: Buffer[] = [];
    for (let at = 0; at < stream.length;) {
      const length = 1 + Math.floor(fraction() * 60);
      seen.push(...[...splitter.split(stream.subarray(at, at + length))].map((one) => Buffer.from(one)));
      at += length;
    }
    expect(seen).toEqual(frames);
    expect(splitter.remainder()).toHaveLength(0);
  });

  it('keeps an incomplete frame', () => {
    const splitter = aSplitter();
    expect([...splitter.split(Buffer.from([1, 9, 3, 8, 8]))]).toEqual([Buffer.from([1, 9])]);
    expect(splitter.remainder()).toEqual(Buffer.from([3, 8, 8]));
  });
});
