import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import { IsInt, IsString } from 'class-validator';
import {
  foreignTopic,
  ignore,
  Message,
  MessageRegistry,
  readCloudEvent,
  topic,
  type ForeignReading,
} from '../message/index.js';
import { toOutboxRow } from '../outbox/envelope.js';
import type { IncomingRecord } from '../ports/index.js';
import { decode } from './decode.js';

type Read = ForeignReading['read'];
let read: Read = () => ignore;
const orders = foreignTopic('legacy.orders', { read: (record) => read(record), from: 'earliest' });

@Message({ type: 'legacy-order.placed', topic: orders })
class LegacyOrderPlaced {
  @IsString() readonly order!: string;
  @IsInt() readonly amount!: number;
}

@Message({ type: 'elsewhere.happened', topic: topic('elsewhere.events', { owner: 'x' }), key: 'order' })
class Elsewhere {
  @IsString() readonly order!: string;
}

const contracts = new MessageRegistry([LegacyOrderPlaced, Elsewhere]);
const aRecord = (rest: Partial<IncomingRecord> = {}): IncomingRecord => ({
  topic: orders.name,
  partition: 2,
  offset: 41n,
  timestamp: new Date(1_000),
  key: 'k1',
  value: Buffer.from(JSON.stringify({ order: 'o1', amount: 3 })),
  headers: {},
  ...rest,
});
const decoded = (reading: Read, rest: Partial<IncomingRecord> = {}) => {
  read = reading;
  return decode(aRecord(rest), contracts);
};
const asJson: Read = (record) => ({ message: LegacyOrderPlaced, fields: record.json() as object });
const message = (reading: Read, rest: Partial<IncomingRecord> = {}) => {
  const result = decoded(reading, rest);
  if (result.poison || result.skipped) throw new Error(result.poison?.message ?? 'skipped');
  return result;
};
const reason = (reading: Read, rest: Partial<IncomingRecord> = {}): string | undefined =>
  decoded(reading, rest).poison?.message;

describe('a record of a foreign topic', () => {
  it('is a message of the class that read returns, without any header', () => {
    const { message: fields, cls, orderingKey, envelope } = message(asJson);
    expect([fields, cls, orderingKey]).toEqual([{ order: 'o1', amount: 3 }, LegacyOrderPlaced, 'legacy.orders\nk1']);
    expect(fields).toBeInstanceOf(LegacyOrderPlaced);
    expect(envelope).toMatchObject({ type: 'legacy-order.placed', source: 'legacy.orders' });
    expect(envelope.trace).toBeUndefined();
  });

  it('belongs to its partition when it has no key', () =>
    expect(message(asJson, { key: null }).orderingKey).toBe('legacy.orders\npartition 2'));

  it('has the offset + 1 as its sequence, or what read returns', () => {
    const withSequence: Read = (record) => ({ ...(asJson(record) as object), sequence: 77 }) as never;
    expect([message(asJson).envelope.sequence, message(withSequence).envelope.sequence]).toEqual([42n, 77n]);
  });

  it('keeps its trace only where it is a trace', () => {
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    const of = (value: string) => message(asJson, { headers: { traceparent: value } }).envelope.trace?.traceparent;
    expect([of(traceparent), of('anything')]).toEqual([traceparent, undefined]);
  });

  it('shows read what the broker knows of it', () => {
    let seen: object = {};
    decoded((record) => {
      const { topic: name, partition, offset, timestamp, key, headers } = record;
      seen = { name, partition, offset, timestamp, key, headers, text: record.text() };
      return ignore;
    });
    const text = '{"order":"o1","amount":3}';
    const known = { partition: 2, offset: 41n, timestamp: new Date(1_000), key: 'k1', headers: {} };
    expect(seen).toEqual({ name: 'legacy.orders', ...known, text });
  });

  it('is skipped when read ignores it', () => expect(decoded(() => ignore).skipped).toBe('ignored'));
});

describe('the id of a foreign record', () => {
  const withId =
    (id: unknown): Read =>
    (record) =>
      ({ ...(asJson(record) as object), id }) as never;
  const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/;

  it('is the same uuid for the same text, wherever the record is, and is kept as it was', () => {
    const [one, other] = [message(withId('invoice 7')), message(withId('invoice 7'), { offset: 99n, partition: 0 })];
    expect(one.id).toMatch(uuid);
    expect([other.id, one.envelope.originalId]).toEqual([one.id, 'invoice 7']);
    expect(message(withId('invoice 8')).id).not.toBe(one.id);
  });

  it('is the documented hash', () =>
    // SHA-1 of "legacy.orders\ninvoice 7"
    expect(message(withId('invoice 7')).id).toBe('54595440-919c-5a0d-8529-0d5d8e0d5097'));

  it('is that of topic, partition and offset where there is none', () => {
    const { id, envelope } = message(asJson);
    expect(id).toMatch(uuid);
    expect([message(asJson).id, envelope.originalId]).toEqual([id, undefined]);
    expect(message(asJson, { offset: 42n }).id).not.toBe(id);
  });

  it.each([
    ['an empty text', '', 'id must be a text'],
    ['a number', 7, 'id must be a text'],
  ])('cannot be %s', (_, id, text) => expect(reason(withId(id))).toContain(text));
});

describe('a foreign record that cannot be read', () => {
  it.each<[string, Read, Partial<IncomingRecord>, string]>([
    ['is no JSON', asJson, { value: Buffer.from('<order/>') }, 'the value is not JSON'],
    ['is no text', asJson, { value: Buffer.from([0xff, 0xfe]) }, 'the value is not UTF-8 text'],
    ['is a tombstone that read does not expect', asJson, { value: null }, 'the record has no value'],
    ['breaks a rule', asJson, { value: Buffer.from('{"order":"o1","amount":"x"}') }, 'amount must be an integer'],
    [
      'makes read throw',
      () => {
        throw new RangeError('no such format');
      },
      {},
      'no such format',
    ],
    ['makes read return nothing', () => undefined as never, {}, 'read must return { message, fields } or ignore'],
    [
      'is another class',
      () => ({ message: Elsewhere, fields: { order: 'x' } }),
      {},
      'Elsewhere, which the contracts do not have on legacy.orders',
    ],
    [
      'has an impossible sequence',
      () => ({ message: LegacyOrderPlaced, fields: {}, sequence: 2 ** 60 }),
      {},
      'safe integer',
    ],
  ])('%s: it is poison with that reason', (_, reading, rest, text) => expect(reason(reading, rest)).toContain(text));
});

describe('a CloudEvent', () => {
  const reading: Read = (record) => {
    const { id, type, source, data } = readCloudEvent(record);
    return type === 'order.placed'
      ? { id: `${source} ${id}`, message: LegacyOrderPlaced, fields: data as object }
      : ignore;
  };
  const data = { order: 'o2', amount: 4 };

  it('is read in binary mode', () => {
    const headers = { ce_id: 'A-1', ce_type: 'order.placed', ce_source: '/crm', ce_specversion: '1.0' };
    const { message: fields, envelope } = message(reading, { headers, value: Buffer.from(JSON.stringify(data)) });
    expect([fields, envelope.originalId]).toEqual([data, '/crm A-1']);
  });

  it.each([
    ['with JSON data', { data }],
    ['with base64 data', { data_base64: Buffer.from(JSON.stringify(data)).toString('base64') }],
  ])('is read in structured mode %s', (_, content) => {
    const event = { specversion: '1.0', id: 'A-1', type: 'order.placed', source: '/crm', ...content };
    const headers = { 'content-type': 'application/cloudevents+json; charset=UTF-8' };
    const { message: fields, envelope } = message(reading, { headers, value: Buffer.from(JSON.stringify(event)) });
    expect([fields, envelope.originalId]).toEqual([data, '/crm A-1']);
  });

  it('names the attribute that it lacks', () =>
    expect(reason(reading, { headers: { ce_id: 'A-1', ce_type: 'order.placed' } })).toBe(
      'the CloudEvent has no source',
    ));
});

describe('a class on a foreign topic', () => {
  it('cannot be published', () => {
    const fields = { order: 'o1', amount: 1 };
    const publication = { id: '', at: new Date(0), cause: '', correlation: undefined };
    expect(() => toOutboxRow({ cls: LegacyOrderPlaced, fields }, publication)).toThrow(
      'legacy-order.placed is on the foreign topic legacy.orders: only its owner publishes there',
    );
  });
});
