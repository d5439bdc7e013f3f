import { describe, expect, it } from '@jest/globals';
import { IdList } from './id-list.js';
import { RecordLog } from './record-log.js';

const id = (number: number): string => `01900000-0000-7000-8000-${number.toString(16).padStart(12, '0')}`;
const headers = (number: number, sequence: number) => ({
  ce_id: id(number),
  ce_sequence: String(sequence),
  ce_type: 'order.placed',
});

describe('a log of records that came from several partitions', () => {
  const log = new RecordLog('order.events');
  log.add({ topic: 'order.events', partition: 1, offset: 9n, key: 'a', headers: headers(3, 2) });
  log.add({ topic: 'order.events', partition: 0, offset: 0n, key: 'b', headers: headers(1, 1) });
  log.add({ topic: 'order.events', partition: 1, offset: 4n, key: 'a', headers: headers(2, 1) });
  log.add({ topic: 'order.events', partition: 0, offset: 1n, key: null, headers: headers(4, 1) });
  log.add({ topic: 'order.events', partition: 0, offset: 2n, key: 'c', headers: {} });

  it('tells the ids in their order', () => expect([...log.ids()]).toEqual([id(1), id(2), id(3)]));
  it('tells the records by their ids', () =>
    expect([...log.byId()].map(({ id: of, key }) => [of, key])).toEqual([
      [id(1), 'b'],
      [id(2), 'a'],
      [id(3), 'a'],
    ]));
  it('tells the records key by key, in the order of their places', () =>
    expect(
      [...log.byKey()].map((records) =>
        records.map(({ key, sequence, offset, type }) => [key, sequence, offset, type]),
      ),
    ).toEqual([
      [
        ['a', 1, 4, 'order.placed'],
        ['a', 2, 9, 'order.placed'],
      ],
      [['b', 1, 0, 'order.placed']],
    ]));
  it('sets aside what has no id or no key', () =>
    expect(log.unreadable.map(({ offset, why }) => [offset, why])).toEqual([
      [1, 'no key'],
      [2, 'no id'],
    ]));
});

describe('a list that has outgrown its memory', () => {
  const list = new IdList();
  for (let number = 0; number < 5_000; number++) list.add(id(number));
  it('still knows its first and its last', () =>
    expect([list.length, list.at(0), list.at(4_999)]).toEqual([5_000, id(0), id(4_999)]));
});

describe('a log that has outgrown its memory', () => {
  const log = new RecordLog('t');
  for (let number = 0; number < 3_000; number++)
    log.add({ topic: 't', partition: 0, offset: BigInt(number), key: String(number % 7), headers: headers(number, 1) });
  it('still knows every record', () => expect([...log.byKey()].flat()).toHaveLength(3_000));
});
