import { describe, expect, it } from '@jest/globals';
import { SaidSoFar, type WatchedRecord } from './said-so-far.js';
import { Sightings } from './sightings.js';

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

function heard(...records: WatchedRecord[]): Sightings {
  const sightings = new Sightings(() => undefined);
  const said = new SaidSoFar(sightings);
  for (const each of records) said.add(each);
  return sightings;
}
const found = (...records: WatchedRecord[]): string[] => heard(...records).violations.map(({ what }) => what);

describe('a key so far', () => {
  it('runs 1, 2, 3', () => expect(found(record(1, 1), record(2, 2), record(3, 3))).toEqual([]));
  it('may repeat', () =>
    expect(heard(record(1, 1), record(2, 2), record(1, 1), record(2, 2), record(3, 3)).counted).toMatchObject({
      records: 5,
      repeats: 2,
      keys: 1,
    }));
  it('is not read twice by a reader that begins again', () => {
    const [first, second] = [record(1, 1), record(2, 2)];
    expect(heard(first, second, first, second).counted).toMatchObject({ records: 2, repeats: 0 });
  });
  it('has a gap', () => expect(found(record(1, 1), record(3, 3), record(4, 4))).toEqual(['a gap: after 1 comes 3']));
  it('has an inversion', () =>
    expect(found(record(1, 1), record(3, 3), record(2, 2))).toEqual([
      'a gap: after 1 comes 3',
      'an inversion: after 3 comes 2',
    ]));
  it('has one number twice', () =>
    expect(found(record(1, 1), record(2, 1))).toEqual(['an inversion: after 1 comes 1']));
  it('is in two partitions', () =>
    expect(found(record(1, 1), record(2, 2, { partition: 2, offset: 0n }))).toEqual([
      'a key in several partitions: 1, 2',
    ]));
  it('goes on in another partition when its topic has grown, whichever of them is read first', () => {
    const [first, second] = [record(1, 1), record(2, 2)];
    const moved = record(3, 3, {
      partition: 2,
      offset: 0n,
      headers: { ...second.headers, ce_id: id(3), ce_sequence: '3', ce_after: `0,${second.offset + 1n}` },
    });
    expect([found(first, second, moved), found(moved, first, second)]).toEqual([[], []]);
    expect(heard(moved, first).counted).toMatchObject({ records: 1 });
  });
  it('is judged apart from other keys and topics', () =>
    expect(
      found(record(1, 1), record(2, 1, { key: 'p' }), record(3, 1, { topic: 'stock.events', offset: 0n })),
    ).toEqual([]));
  it('says nothing of records that no outbox wrote', () =>
    expect(heard(record(1, 1, { headers: {} }), record(2, 1, { key: null })).counted).toMatchObject({
      unreadable: 2,
      records: 0,
    }));
});

describe('the outcome of an order', () => {
  const told = (...types: string[]): string[] =>
    found(...types.map((type, index) => record(index, index + 1, { type: `order.${type}` })));
  it('is one', () => expect(told('placed', 'confirmed')).toEqual([]));
  it('may be a cancellation of a confirmed one', () => expect(told('placed', 'confirmed', 'cancelled')).toEqual([]));
  it('is not two', () =>
    expect(told('placed', 'confirmed', 'rejected')).toEqual(['two outcomes: confirmed, rejected']));
  it('is not one twice', () =>
    expect(told('placed', 'confirmed', 'confirmed')).toEqual(['two outcomes: confirmed, confirmed']));
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
  it('is not on an order that came of a cart', () =>
    expect(found(accepted(1, 'o', { keyHash: undefined }), accepted(2, 'p', { keyHash: undefined }))).toEqual([]));
  it('is passed over in a record that is no JSON', () =>
    expect(found({ ...accepted(1, 'o'), value: Buffer.from('{') })).toEqual([]));
});
