import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import { IsString } from 'class-validator';
import { Message, topic } from '../message/index.js';
import { maxKeyBytes } from '../ports/index.js';
import { envelopeOf, toOutboxRow } from './envelope.js';

@Message({ type: 'order.placed', topic: topic('orders.events', { owner: 'orders' }), key: 'orderId' })
class OrderPlaced {
  @IsString() readonly orderId!: string;
}

const id = '00000000-0000-4000-8000-000000000000';
const rowOf = (orderId: string, correlation?: string) =>
  toOutboxRow(
    { cls: OrderPlaced, fields: { orderId } },
    { id, at: new Date(0), cause: id, correlation, traceparent: null },
  );

describe('a message to publish', () => {
  it.each(['', 'a\0b', '\ud800', 'ü'.repeat(maxKeyBytes)])('is refused with a key that cannot be stored', (key) =>
    expect(() => rowOf(key)).toThrow(/^order\.placed: its key, orderId, /),
  );

  it('has a bounded correlation id, whatever its cause had', () =>
    expect(rowOf('o1', 'x'.repeat(1_000_000)).correlation).toMatch(/^hash:[0-9a-f]{64}$/));
});

describe('an envelope', () => {
  const headers = { ce_id: id, ce_type: 't', ce_schemaversion: '1', ce_source: '/s', ce_sequence: '1' };
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

  it('has a trace only where the header is one', () =>
    expect(
      [traceparent, 'x'.repeat(1_000_000)].map(
        (each) => envelopeOf({ headers: { ...headers, traceparent: each } })?.traceparent,
      ),
    ).toEqual([traceparent, null]));
});
