import { describe, expect, it } from '@jest/globals';
import { incomingRecord } from './incoming-record.js';
import { aRecord } from './raw-records.fixture.spec.js';
import type { RawRecord } from './record-batches.js';

const recordOf = (rest: Partial<RawRecord>) => incomingRecord('t', 0, aRecord(3n, rest));
const header = (name: string | Buffer, value: string | Buffer | null): readonly [Buffer, Buffer | null] => [
  Buffer.from(name as string),
  value === null ? null : Buffer.from(value as string),
];

describe('an incoming record', () => {
  it('has text where the bytes are text, and different texts for different bytes', () => {
    const keys = [Buffer.from('köln \ufffd'), Buffer.from([0xff]), Buffer.from([0xfe]), Buffer.from('a\0b'), null];
    expect(keys.map((key) => recordOf({ key }).key)).toEqual([
      'köln \ufffd',
      'base64:/w==',
      'base64:/g==',
      'base64:YQBi',
      null,
    ]);
  });

  it('has no header without a value, the first of several, and no bytes that PostgreSQL cannot store', () => {
    const headers = [
      header('none', null),
      header('several', null),
      header('several', '1'),
      header('several', '2'),
      header('bytes', Buffer.from([0, 1])),
      header(Buffer.from([0xff]), 'name'),
      header('__proto__', 'text'),
    ];
    expect(Object.entries(recordOf({ headers }).headers)).toEqual([
      ['several', '1'],
      ['bytes', 'base64:AAE='],
      ['base64:/w==', 'name'],
      ['__proto__', 'text'],
    ]);
  });

  it.each([
    [1000n, new Date(1000)],
    [-1n, undefined],
    [9223372036854775807n, undefined],
  ])('with the timestamp %s has the time %s', (timestamp, time) =>
    expect(recordOf({ timestamp }).timestamp).toEqual(time),
  );
});
