import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { IncomingRecord } from '../kafka/kafka-client.js';
import { readEnvelope } from '../outbox/envelope.js';
import { RecordFile } from './record-file.js';
import { ToldLog, type ToldRecord } from './told-log.js';

const id = (number: number): string => `01990000-0000-7000-8000-${number.toString(16).padStart(12, '0')}`;

const record = (
  number: number,
  key: string,
  second: number,
  { partition = 0, topic = 'talk', value = `word ${number}` as string | null } = {},
): IncomingRecord => ({
  topic,
  partition,
  offset: BigInt(number),
  key,
  value: value === null ? null : Buffer.from(value),
  headers: {
    ce_id: id(number),
    ce_type: 'said',
    ce_source: '/talker',
    ce_schemaversion: '1',
    ce_sequence: '1',
    ce_time: new Date(second * 1_000).toISOString(),
  },
});

const numbersOf = (records: Iterable<ToldRecord>): number[] =>
  [...records].map(({ record: { offset } }) => Number(offset));

describe('what was said on topics', () => {
  const file = new RecordFile();
  const log = new ToldLog(file);
  const big = 'long '.repeat(300);
  const read = [
    record(1, 'ann', 10),
    record(2, 'bob', 30),
    record(3, 'ann', 20),
    record(4, 'bob', 5, { topic: 'deeds', value: null }),
    record(5, 'ann', 15, { topic: 'deeds', partition: 1, value: big }),
    record(1, 'ann', 10),
    record(6, 'cid', 1, { partition: 2, value: big }),
  ];
  beforeAll(() => read.forEach((each) => log.add(each, readEnvelope(each.headers))));
  afterAll(() => log.close());

  it('is read by time, and each partition in its order although a clock was set back', () =>
    expect(numbersOf(log.byTime())).toEqual([6, 4, 1, 5, 2, 3]));
  it('is read key by key, over all topics', () =>
    expect([...log.byKey()].map(([key, records]) => [key, numbersOf(records)])).toEqual([
      ['ann', [1, 5, 3]],
      ['bob', [4, 2]],
      ['cid', [6]],
    ]));
  it('is there once each, just as it was read', () => {
    expect([...log.byTime()].map((each) => each.record)).toEqual(
      [6, 4, 1, 5, 2, 3].map((number) => read.find(({ offset }) => offset === BigInt(number))),
    );
    expect(log.get(id(4))).toEqual({ record: read[3], envelope: readEnvelope(read[3]!.headers), at: new Date(5_000) });
  });
  it('is known by its id', () =>
    expect([log.has(id(5)), log.has(id(7)), log.get(id(7))]).toEqual([true, false, undefined]));
});
