import { describe, expect, it } from '@jest/globals';
import { textsOf } from './violation-texts.js';
import { checkKeyOrder, type TopicRecord } from './key-order.js';

type Record = readonly [id: string, sequence: number, partition?: number, previousEnds?: readonly number[]];
/** Records of one key, by their ids and sequences. */
const records = (...list: Record[]): TopicRecord[] =>
  list.map(([id, sequence, partition = 2, previousEnds = []], offset) => ({
    topic: 'stock.events',
    key: 'o',
    partition,
    offset,
    id,
    type: 't',
    sequence,
    previousEnds,
  }));
const found = (...list: Record[]): string[] => textsOf(checkKeyOrder([records(...list)]));

describe('a key with the sequence 1, 2, 3', () => {
  it('has no violation', () => expect(found(['a', 1], ['b', 2], ['c', 3])).toEqual([]));
  it('may repeat records', () => expect(found(['a', 1], ['b', 2], ['a', 1], ['b', 2], ['c', 3])).toEqual([]));
  it('is counted', () =>
    expect(checkKeyOrder([records(['a', 1], ['b', 2]), records(['c', 1])]).counted).toEqual({ keys: 2, records: 3 }));
});

describe('a key with another sequence', () => {
  it('has a gap', () => expect(found(['a', 1], ['c', 3])).toEqual(['a gap: 1 is followed by 3']));
  it('lacks its beginning', () => expect(found(['b', 2])).toEqual(['a gap: 0 is followed by 2']));
  it('has an inversion', () =>
    expect(found(['b', 2], ['a', 1], ['c', 3])).toEqual([
      'a gap: 0 is followed by 2',
      'an inversion: 2 is followed by 1',
    ]));
  it('has one sequence twice', () => expect(found(['a', 1], ['b', 1])).toEqual(['an inversion: 1 is followed by 1']));
  it('has one message with two sequences', () =>
    expect(found(['a', 1], ['a', 2])).toEqual(['one message with the sequences 1 and 2']));
  it('is in two partitions', () =>
    expect(found(['a', 1, 0], ['b', 2, 4])).toEqual(['a key in several partitions: 0, 4']));
});

describe('a key after a partition increase', () => {
  const ends = [0, 0, 2];
  it('continues in another partition, after its earlier records', () =>
    expect(found(['a', 1], ['b', 2], ['c', 3, 4, ends], ['d', 4, 4, ends])).toEqual([]));
  it('may return to its first partition after another increase', () =>
    expect(found(['a', 1], ['b', 2], ['c', 3, 4, ends], ['d', 4, 2, [0, 0, 2, 0, 3]])).toEqual([]));
  it('may have a repeat in the old partition', () =>
    expect(found(['a', 1], ['b', 2, 4, [0, 0, 1]], ['c', 3, 4, [0, 0, 1]], ['b', 2])).toEqual([]));
  it('is counted', () =>
    expect(checkKeyOrder([records(['a', 1], ['b', 2, 4, [0, 0, 1]])]).counted).toMatchObject({
      'keys that moved in a partition increase': 1,
    }));
  it('states previous ends that are too early', () =>
    expect(found(['a', 1], ['b', 2], ['c', 3, 4, [0, 0, 1]])).toEqual(['a key in several partitions: 2, 4']));
  it('has a gap where it moved', () =>
    expect(found(['a', 1], ['b', 2], ['d', 4, 4, ends])).toEqual(['a gap: 2 is followed by 4']));
});
