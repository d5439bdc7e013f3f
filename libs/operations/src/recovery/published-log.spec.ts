import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readEnvelope, type IncomingRecord } from '@tradewind/messaging/internals';
import { PublishedLog, type PublishedRecord } from './published-log.js';
import { RecordFile } from './record-file.js';

const id = (number: number): string => `01990000-0000-7000-8000-${number.toString(16).padStart(12, '0')}`;

const record = (
  number: number,
  key: string,
  second: number,
  { partition = 0, topic = 'chat', value = `post ${number}` as string | null } = {},
): IncomingRecord => ({
  topic,
  partition,
  offset: BigInt(number),
  key,
  value: value === null ? null : Buffer.from(value),
  headers: {
    ce_id: id(number),
    ce_type: 'chat.posted',
    ce_source: '/chat',
    ce_schemaversion: '1',
    ce_sequence: '1',
    ce_time: new Date(second * 1_000).toISOString(),
  },
});

const numbersOf = (records: Iterable<PublishedRecord>): number[] =>
  [...records].map(({ record: { offset } }) => Number(offset));

describe('the published messages of two topics', () => {
  const log = new PublishedLog(new RecordFile());
  const large = 'long '.repeat(300);
  const read = [
    record(1, 'ann', 10),
    record(2, 'bob', 30),
    record(3, 'ann', 20),
    record(4, 'bob', 5, { topic: 'actions', value: null }),
    record(5, 'ann', 15, { topic: 'actions', partition: 1, value: large }),
    record(1, 'ann', 10),
    record(6, 'cid', 1, { partition: 2, value: large }),
  ];
  beforeAll(() => read.forEach((each) => log.add(each, readEnvelope(each.headers))));
  afterAll(() => log.close());

  it('are read by time, and keep the order of their partition if a clock was set back', () =>
    expect(numbersOf(log.byTime())).toEqual([6, 4, 1, 5, 2, 3]));
  it('are read by key, over all topics', () =>
    expect([...log.byKey()].map(([key, records]) => [key, numbersOf(records)])).toEqual([
      ['ann', [1, 5, 3]],
      ['bob', [4, 2]],
      ['cid', [6]],
    ]));
  it('are read once each and unchanged', () => {
    expect([...log.byTime()].map((each) => each.record)).toEqual(
      [6, 4, 1, 5, 2, 3].map((number) => read.find(({ offset }) => offset === BigInt(number))),
    );
    expect(log.get(id(4))).toEqual({ record: read[3], envelope: readEnvelope(read[3]!.headers), at: new Date(5_000) });
  });
  it('are found by id', () =>
    expect([log.has(id(5)), log.has(id(7)), log.get(id(7))]).toEqual([true, false, undefined]));
});
