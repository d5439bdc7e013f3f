import { describe, expect, it } from '@jest/globals';
import { chanceOf } from '../../../tools/shop/retail/chance.js';
import { Cutter } from './cutter.js';

/** Units of one byte that tells how many follow. */
const measured = (): Cutter => new Cutter((begun) => 1 + (begun[0] ?? 0));
const unit = (length: number, seed: number): Buffer =>
  Buffer.from([length, ...Array.from({ length }, (_, index) => (index * seed) % 256)]);

describe('a stream that was cut anywhere', () => {
  it.each([1, 2, 3, 4, 5])('gives the units that were put in (seed %i)', (seed) => {
    const { fraction } = chanceOf(seed, 'cut');
    const units = Array.from({ length: 200 }, (_, index) => unit(Math.floor(fraction() * 40), index));
    const stream = Buffer.concat(units);
    const cutter = measured();
    const seen: Buffer[] = [];
    for (let at = 0; at < stream.length;) {
      const length = 1 + Math.floor(fraction() * 60);
      seen.push(...[...cutter.cut(stream.subarray(at, at + length))].map((one) => Buffer.from(one)));
      at += length;
    }
    expect(seen).toEqual(units);
    expect(cutter.rest()).toHaveLength(0);
  });

  it('keeps what is not whole', () => {
    const cutter = measured();
    expect([...cutter.cut(Buffer.from([1, 9, 3, 8, 8]))]).toEqual([Buffer.from([1, 9])]);
    expect(cutter.rest()).toEqual(Buffer.from([3, 8, 8]));
  });
});
