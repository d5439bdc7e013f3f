import { describe, expect, it } from '@jest/globals';
import { RecordedMessages, type WatchedRecord } from './recorded-messages.js';
import { UniqueFindings } from './unique-findings.js';

const id = (number: number): string => `01900000-0000-7000-8000-${number.toString(16).padStart(12, '0')}`;
let offset = 0n;
const record = (
  message: number,
  sequence: number,
  rest: Partial<WatchedRecord> & { type?: string } = {},
): WatchedRecord => {
  const { type = 'order.address-changed', ...more } = rest;
  return {
    topic: 'order.events',
    partition: 1,
    offset: offset++,
    key: 'o',
    value: null,
    headers: { ce_id: id(message), ce_sequence: String(sequence), ce_type: type },
    ...more,
  };
};

function check(...records: WatchedRecord[]): UniqueFindings {
  const findings = new UniqueFindings(() => undefined);
  const recorded = new RecordedMessages(findings);
  for (const each of records) recorded.add(each);
  return findings;
}
const found = (...records: WatchedRecord[]): string[] => check(...records).violations.map(({ what }) => what);

describe('the records of a key', () => {
  it('have the sequence 1, 2, 3', () => expect(found(record(1, 1), record(2, 2), record(3, 3))).toEqual([]));
  it('may repeat', () =>
    expect(check(record(1, 1), record(2, 2), record(1, 1), record(2, 2), record(3, 3)).counted).toMatchObject({
      records: 5,
      repeats: 2,
      keys: 1,
    }));
  it('are not counted twice when a reader starts again', () => {
    const [first, second] = [record(1, 1), record(2, 2)];
    expect(check(first, second, first, second).counted).toMatchObject({ records: 2, repeats: 0 });
  });
  it('have a gap', () =>
    expect(found(record(1, 1), record(3, 3), record(4, 4))).toEqual(['a gap: 1 is followed by 3']));
  it('have an inversion', () =>
    expect(found(record(1, 1), record(3, 3), record(2, 2))).toEqual([
      'a gap: 1 is followed by 3',
      'an inversion: 3 is followed by 2',
    ]));
  it('have one sequence twice', () =>
    expect(found(record(1, 1), record(2, 1))).toEqual(['an inversion: 1 is followed by 1']));
  it('are in two partitions', () =>
    expect(found(record(1, 1), record(2, 2, { partition: 2, offset: 0n }))).toEqual([
      'a key in several partitions: 1, 2',
    ]));
  it('continue in another partition after a partition increase, whichever is read first', () => {
    const [first, second] = [record(1, 1), record(2, 2)];
    const moved = record(3, 3, {
      partition: 2,
      offset: 0n,
      headers: { ...second.headers, ce_id: id(3), ce_sequence: '3', ce_previousends: `0,${second.offset + 1n}` },
    });
    expect([found(first, second, moved), found(moved, first, second)]).toEqual([[], []]);
    expect(check(moved, first).counted).toMatchObject({ records: 1 });
  });
  it('are independent of other keys and topics', () =>
    expect(
      found(record(1, 1), record(2, 1, { key: 'p' }), record(3, 1, { topic: 'stock.events', offset: 0n })),
    ).toEqual([]));
  it('exclude records that no outbox published', () =>
    expect(check(record(1, 1, { headers: {} }), record(2, 1, { key: null })).counted).toMatchObject({
      unreadable: 2,
      records: 0,
    }));
});

describe('the outcome of an order', () => {
  const outcomes = (...types: string[]): string[] =>
    found(...types.map((type, index) => record(index, index + 1, { type: `order.${type}` })));
  it('is one event', () => expect(outcomes('placed', 'confirmed')).toEqual([]));
  it('may be a cancellation of a confirmed one', () =>
    expect(outcomes('placed', 'confirmed', 'cancelled')).toEqual([]));
  it('is not two', () =>
    expect(outcomes('placed', 'confirmed', 'rejected')).toEqual(['two outcomes: confirmed, rejected']));
  it('is not one event twice', () =>
    expect(outcomes('placed', 'confirmed', 'confirmed')).toEqual(['two outcomes: confirmed, confirmed']));
  it('may be repeated by the broker', () =>
    expect(found(record(1, 1, { type: 'order.confirmed' }), record(1, 1, { type: 'order.confirmed' }))).toEqual([]));
});

describe('an idempotency key', () => {
  const accepted = (number: number, orderId: string, rest: object = {}) =>
    record(number, 1, {
      key: orderId,
      type: 'order.placed',
      value: Buffer.from(JSON.stringify({ orderId, userId: 'ann', keyHash: 'k', ...rest })),
    });
  it('makes one order', () =>
    expect(found(accepted(1, 'o'), accepted(2, 'p', { keyHash: 'l' }), accepted(3, 'q', { userId: 'bob' }))).toEqual(
      [],
    ));
  it('does not make two', () =>
    expect(found(accepted(1, 'o'), accepted(2, 'p'))).toEqual(['one idempotency key made two orders']));
  it('is not in the events of an order from a cart', () =>
    expect(found(accepted(1, 'o', { keyHash: undefined }), accepted(2, 'p', { keyHash: undefined }))).toEqual([]));
  it('is ignored in a record that is no JSON', () =>
    expect(found({ ...accepted(1, 'o'), value: Buffer.from('{') })).toEqual([]));
});
