import { describe, expect, it } from '@jest/globals';
import type { KafkaMessage } from 'kafkajs';
import { recordsOf } from './kafkajs-reader.js';

const aMessage = (rest: object): KafkaMessage =>
  ({ key: null, value: null, timestamp: '1000', attributes: 0, offset: '3', ...rest }) as KafkaMessage;
const recordOf = (rest: object) => recordsOf('t', 0, [aMessage(rest)])[0]!;

describe('a record from kafkajs', () => {
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
    const headers = { none: null, several: [Buffer.from('1'), Buffer.from('2')], bytes: Buffer.from([0, 1]) };
    expect(recordOf({ headers }).headers).toEqual({ several: '1', bytes: 'base64:AAE=' });
  });

  it.each([
    ['1000', new Date(1000)],
    ['-1', undefined],
    ['9223372036854775807', undefined],
  ])('with the timestamp %s has the time %s', (timestamp, time) =>
    expect(recordOf({ timestamp }).timestamp).toEqual(time),
  );
});
