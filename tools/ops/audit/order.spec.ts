import { describe, expect, it } from '@jest/globals';
import { said } from '../testing/said.js';
import { checkOrder, type SeenRecord } from './order.js';

type Place = readonly [id: string, sequence: number, partition?: number, after?: readonly number[]];
/** Records of one key, by their ids and sequences. */
const records = (...list: Place[]): SeenRecord[] =>
  list.map(([id, sequence, partition = 2, after = []], offset) => ({
    topic: 'stock.events',
    key: 'o',
    partition,
    offset,
    id,
    type: 't',
    sequence,
    after,
  }));
const found = (...list: Place[]): string[] => said(checkOrder([records(...list)]));

describe('a key that runs 1, 2, 3', () => {
  it('has no violation', () => expect(found(['a', 1], ['b', 2], ['c', 3])).toEqual([]));
  it('may repeat records', () => expect(found(['a', 1], ['b', 2], ['a', 1], ['b', 2], ['c', 3])).toEqual([]));
  it('is counted', () =>
    expect(checkOrder([records(['a', 1], ['b', 2]), records(['c', 1])]).counted).toEqual({ keys: 2, records: 3 }));
});

describe('a key that does not', () => {
  it('has a gap', () => expect(found(['a', 1], ['c', 3])).toEqual(['a gap: after 1 comes 3']));
  it('has lost its beginning', () => expect(found(['b', 2])).toEqual(['a gap: after 0 comes 2']));
  it('has an inversion', () =>
    expect(found(['b', 2], ['a', 1], ['c', 3])).toEqual(['a gap: after 0 comes 2', 'an inversion: after 2 comes 1']));
  it('has one number twice', () => expect(found(['a', 1], ['b', 1])).toEqual(['an inversion: after 1 comes 1']));
  it('has one message with two numbers', () =>
    expect(found(['a', 1], ['a', 2])).toEqual(['the same message with sequence 1 and 2']));
  it('is in two partitions', () =>
    expect(found(['a', 1, 0], ['b', 2, 4])).toEqual(['a key in several partitions: 0, 4']));
});

describe('a key whose topic has grown', () => {
  const ends = [0, 0, 2];
  it('goes on in another partition, after what it has said before', () =>
    expect(found(['a', 1], ['b', 2], ['c', 3, 4, ends], ['d', 4, 4, ends])).toEqual([]));
  it('may come back to its first when the topic grows again', () =>
    expect(found(['a', 1], ['b', 2], ['c', 3, 4, ends], ['d', 4, 2, [0, 0, 2, 0, 3]])).toEqual([]));
  it('may have been said in the old partition and once more in the new', () =>
    expect(found(['a', 1], ['b', 2, 4, [0, 0, 1]], ['c', 3, 4, [0, 0, 1]], ['b', 2])).toEqual([]));
  it('is counted', () =>
    expect(checkOrder([records(['a', 1], ['b', 2, 4, [0, 0, 1]])]).counted).toMatchObject({
      'keys that moved when their topic grew': 1,
    }));
  it('says too early that what came before has ended', () =>
    expect(found(['a', 1], ['b', 2], ['c', 3, 4, [0, 0, 1]])).toEqual(['a key in several partitions: 2, 4']));
  it('has a gap where it moved', () =>
    expect(found(['a', 1], ['b', 2], ['d', 4, 4, ends])).toEqual(['a gap: after 2 comes 4']));
});
