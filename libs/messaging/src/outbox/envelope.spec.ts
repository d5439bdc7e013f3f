import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import { IsString } from 'class-validator';
import { Message, topic } from '../message/index.js';
import { maxKeyBytes } from '../ports/index.js';
import { envelopeOf, headersOf, toOutboxRow } from './envelope.js';

@Message({ type: 'order.placed', topic: topic('orders.events', { owner: 'orders' }), key: 'orderId' })
class OrderPlaced {
  @IsString() readonly orderId!: string;
}

const id = '00000000-0000-4000-8000-000000000000';
const rowOf = (orderId: string, correlation?: string) =>
  toOutboxRow({ cls: OrderPlaced, fields: { orderId } }, { id, at: new Date(0), cause: id, correlation });

describe('a message to publish', () => {
  it.each(['', 'a\0b', '\ud800', 'ü'.repeat(maxKeyBytes)])('is refused with a key that cannot be stored', (key) =>
    expect(() => rowOf(key)).toThrow(/^order\.placed: its key, orderId, /),
  );

  it('has a bounded correlation id, whatever its cause had', () =>
    expect(rowOf('o1', 'x'.repeat(1_000_000)).correlation).toMatch(/^hash:[0-9a-f]{64}$/));
});

describe('the sequence of a published message', () => {
  const sequences = [1n, 2n, 9n, 10n, 99n, 100n, 1_000_000n, 999_999_999_999_999_999n];
  const headers = sequences.map((sequence) => headersOf({ ...rowOf('o1'), position: 1n, sequence }, 'order'));

  it('is a text that compares as the number does', () => {
    const texts = headers.map(({ ce_sequence: text }) => text);
    expect(texts.toReversed().sort()).toEqual(texts);
    expect(new Set(texts.map((text) => text!.length))).toEqual(new Set([18]));
  });

  it('is read as the number', () =>
    expect(headers.map((each) => envelopeOf({ headers: each })?.sequence)).toEqual(sequences));
});

describe('an envelope', () => {
  const headers = { ce_id: id, ce_type: 't', ce_schemaversion: '1', ce_source: '/s', ce_sequence: '1' };
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

  it('has a trace only where the header is one', () =>
    expect(
      [traceparent, 'x'.repeat(1_000_000)].map(
        (each) => envelopeOf({ headers: { ...headers, traceparent: each } })?.trace?.traceparent,
      ),
    ).toEqual([traceparent, undefined]));
});
