import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import { Type } from 'class-transformer';
import { IsInt, IsString, ValidateIf, ValidateNested } from 'class-validator';
import fc from 'fast-check';
import { readableBytes } from '../../consumer/dead-letter-record.js';
import { decode } from '../../handling/decode.js';
import { inboxPlaceOf } from '../../handling/inbox-place.js';
import { foreignTopic, Message, MessageRegistry, topic, type ForeignRecord } from '../../message/index.js';
import { maxKeyBytes } from '../../ports/index.js';
import { incomingRecord } from './incoming-record.js';
import { anyRecord } from './raw-records.fixture.spec.js';

const own = topic('orders.events', { owner: 'orders' });
const foreign = foreignTopic('legacy', {
  from: 'earliest',
  read: (record: ForeignRecord) => ({ message: Booked, fields: (record.json() as { fields: object }).fields }),
});

class Line {
  @IsInt() readonly quantity!: number;
}

/** Its upcast and one of its rules throw for many old messages. */
@Message({
  type: 'order.placed',
  topic: own,
  key: 'orderId',
  version: 2,
  upcasts: { 1: (old) => ({ ...old, total: (old['price'] as { amount: number }).amount }) },
})
class OrderPlaced {
  @IsString() readonly orderId!: string;
  @ValidateIf((order: OrderPlaced) => order.lines.length > 0)
  @ValidateNested({ each: true })
  @Type(() => Line)
  readonly lines!: Line[];
}

@Message({ type: 'legacy.booked', topic: foreign })
class Booked {
  @IsString() readonly account!: string;
}

const contracts = new MessageRegistry([OrderPlaced, Booked]);
const sound = [
  ['ce_id', '00000000-0000-4000-8000-000000000000'],
  ['ce_type', 'order.placed'],
  ['ce_source', '/orders'],
  ['ce_sequence', '1'],
].map(([name, value]) => [Buffer.from(name!), Buffer.from(value!)] as const);
const version = fc
  .constantFrom('0', '1', '2', '3')
  .map((text) => [Buffer.from('ce_schemaversion'), Buffer.from(text)] as const);
const json = fc
  .oneof(
    fc.json({ maxDepth: 3 }),
    fc
      .record({ orderId: fc.anything(), lines: fc.anything(), price: fc.anything() }, { requiredKeys: [] })
      .map((value) => JSON.stringify(value, (_, each: unknown) => (typeof each === 'bigint' ? `${each}` : each))),
    fc.constant(`${'['.repeat(20_000)}${']'.repeat(20_000)}`),
    fc.constant(`${'{"lines":['.repeat(5_000)}${']}'.repeat(5_000)}`),
  )
  .map((text) => Buffer.from(text));
const record = fc.oneof(
  anyRecord,
  fc
    .tuple(anyRecord, json, version)
    .map(([raw, value, versionHeader]) => ({ ...raw, value, headers: [...sound, versionHeader, ...raw.headers] })),
);

describe('any record', () => {
  it('is read without an error, as a message or as poison with a reason', () =>
    fc.assert(
      fc.property(record, fc.constantFrom(own.name, foreign.name, 'unknown'), (raw, on) => {
        const decoded = decode(incomingRecord(on, 0, raw), contracts);
        if (decoded.poison) expect(decoded.poison.message).not.toBe('');
        expect(decoded.id).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
        const { createdAt = 0 } = inboxPlaceOf(decoded);
        expect(createdAt).toBeGreaterThanOrEqual(0);
      }),
      { numRuns: 3_000 },
    ));

  it('has a key and headers that PostgreSQL can store, and an ordering key that it can index', () =>
    fc.assert(
      fc.property(record, (raw) => {
        const decoded = decode(incomingRecord(own.name, 0, raw), contracts);
        const { key, headers, value } = decoded.record;
        const texts = [key ?? '', JSON.stringify(headers), value ? readableBytes(value).text : '', decoded.orderingKey];
        for (const text of texts) expect(text).not.toMatch(/\0|\\u0000|\p{Surrogate}/u);
        expect(Buffer.byteLength(decoded.orderingKey)).toBeLessThanOrEqual(own.name.length + 1 + maxKeyBytes);
      }),
    ));
});
