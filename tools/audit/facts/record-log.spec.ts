import { describe, expect, it } from '@jest/globals';
import { IdList } from './id-list.js';
import { RecordLog } from './record-log.js';

const id = (number: number): string => `01900000-0000-7000-8000-${number.toString(16).padStart(12, '0')}`;
const headers = (number: number, sequence: number) => ({
  ce_id: id(number),
  ce_sequence: String(sequence),
  ce_type: 'order.placed',
});

describe('a log with records of several partitions', () => {
  const log = new RecordLog('order.events');
  log.add({ topic: 'order.events', partition: 1, offset: 9n, key: 'a', headers: headers(3, 2) });
  log.add({ topic: 'order.events', partition: 0, offset: 0n, key: 'b', headers: headers(1, 1) });
  log.add({ topic: 'order.events', partition: 1, offset: 4n, key: 'a', headers: headers(2, 1) });
  log.add({ topic: 'order.events', partition: 0, offset: 1n, key: null, headers: headers(4, 1) });
  log.add({ topic: 'order.events', partition: 0, offset: 2n, key: 'c', headers: {} });

  it('gives the ids sorted', () => expect([...log.ids()]).toEqual([id(1), id(2), id(3)]));
  it('gives the records by id', () =>
    expect([...log.byId()].map(({ id: of, key }) => [of, key])).toEqual([
      [id(1), 'b'],
      [id(2), 'a'],
      [id(3), 'a'],
    ]));
  it('gives the records by key, sorted by partition and offset', () =>
    expect(
      [...log.byKey()]
        .map((records) => records.map(({ key, sequence, offset, type }) => [key, sequence, offset, type]))
        .sort(),
    ).toEqual([
      [
        ['a', 1, 4, 'order.placed'],
        ['a', 2, 9, 'order.placed'],
      ],
      [['b', 1, 0, 'order.placed']],
    ]));
  it('separates records without an id or a key', () =>
    expect(log.unreadable.map(({ offset, reason }) => [offset, reason])).toEqual([
      [1, 'no key'],
      [2, 'no id'],
    ]));
});

describe('a list', () => {
  const any = [3, 1, 2, 1].map((first) => `${first}1900000-0000-4000-8000-00000000000${first}`);
  const list = new IdList();
  for (const each of any) list.add(each);
  it('is sorted by all bytes, then by what is given', () => {
    expect([...list.sorted()].map((index) => list.at(index))).toEqual(any.toSorted());
    expect([...list.sorted((a, b) => b - a)]).toEqual([3, 1, 2, 0]);
  });
  it('finds an id where it was added in ascending order', () => {
    const ascending = new IdList();
    for (const each of any.slice(0, 3).toSorted()) ascending.add(each);
    expect(any.slice(0, 3).map((each) => ascending.indexOf(each))).toEqual([2, 0, 1]);
    expect(ascending.indexOf('21900000-0000-4000-8000-000000000003')).toBe(-1);
  });
});

describe('a list that has grown', () => {
  const list = new IdList();
  for (let number = 0; number < 5_000; number++) list.add(id(number));
  it('still has its first and its last id', () =>
    expect([list.length, list.at(0), list.at(4_999)]).toEqual([5_000, id(0), id(4_999)]));
});

describe('a log that has grown', () => {
  const log = new RecordLog('t');
  for (let number = 0; number < 3_000; number++)
    log.add({ topic: 't', partition: 0, offset: BigInt(number), key: String(number % 7), headers: headers(number, 1) });
  it('still has every record', () => expect([...log.byKey()].flat()).toHaveLength(3_000));
});
