import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import { headersOf } from '@tradewind/messaging/internals';
import { Kafka } from 'cloudevents';
import { goldenRecords, type GoldenRecord } from './golden-records.js';
import { publishedRow } from './published-row.js';

/** Reads a golden record with the library of CloudEvents, as the relay publishes it. */
const read = (record: GoldenRecord): unknown => {
  const { payload, key } = publishedRow(record);
  const value = payload === null ? undefined : Buffer.from(payload);
  const message = { key, value, body: payload, headers: headersOf(publishedRow(record), 'shop') };
  return Kafka.toEvent(message);
};
const named = (records: readonly GoldenRecord[]): [string, GoldenRecord][] =>
  records.map((record) => [`${record.type}, version ${record.version}`, record]);

describe('the library of CloudEvents', () => {
  it.each(named(goldenRecords.filter(({ value }) => value !== null)))('reads the record of %s', (_, record) =>
    expect(read(record)).toMatchObject({
      specversion: '1.0',
      id: publishedRow(record).id,
      type: record.type,
      source: '/shop',
      subject: record.key,
      datacontenttype: 'application/json',
      sequence: '000000000000000007',
      schemaversion: String(record.version),
      data: record.value,
    }),
  );

  it.each(named(goldenRecords.filter(({ value }) => value === null)))(
    'reads no tombstone, such as that of %s: a record without a value is no event to it',
    (_, record) => expect(() => read(record)).toThrow('Value is null'),
  );
});
