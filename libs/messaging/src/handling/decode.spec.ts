import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import { IsOptional, IsString } from 'class-validator';
import { Message, MessageRegistry, topic, type MessageClass } from '../message/index.js';
import { headersOf, toOutboxRow } from '../outbox/envelope.js';
import type { IncomingRecord } from '../ports/index.js';
import { decode } from './decode.js';

const events = topic('orders.events', { owner: 'orders' });
const strict = topic('strict.events', { owner: 'orders', unknownTypes: 'dead-letter' });
const commands = topic('orders.commands', { owner: 'orders', carries: 'commands' });

@Message({ type: 'order.placed', topic: events, key: 'orderId' })
class OrderPlaced {
  @IsString() readonly orderId!: string;
}

/** What a later release of the publisher makes of it: a field that old readers do not need. */
@Message({
  type: 'order.placed',
  topic: events,
  key: 'orderId',
  version: 3,
  readableSince: 1,
  upcasts: { 1: (old) => old, 2: (old) => old },
})
class OrderPlacedWithNote {
  @IsString() readonly orderId!: string;
  @IsOptional() @IsString() readonly note?: string;
}

/** A change that old readers cannot read. */
@Message({ type: 'order.placed', topic: events, key: 'orderId', version: 2, upcasts: { 1: (old) => old } })
class OrderPlacedAnew {
  @IsString() readonly orderId!: string;
}

@Message({ type: 'strict.known', topic: strict, key: 'orderId' })
class StrictKnown {
  @IsString() readonly orderId!: string;
}

@Message({ type: 'order.place', topic: commands, key: 'orderId' })
class PlaceOrder {
  @IsString() readonly orderId!: string;
}

const contracts = new MessageRegistry([OrderPlaced, StrictKnown, PlaceOrder]);
const id = '00000000-0000-7000-8000-000000000001';

/** The record that a publisher with this class writes. */
function published(cls: MessageClass, fields: object): IncomingRecord {
  const at = new Date(0);
  const row = toOutboxRow({ cls, fields }, { id, at, cause: id, correlation: undefined });
  const headers = headersOf({ ...row, position: 1n, sequence: 1n }, 'orders');
  return { topic: row.topic, partition: 0, offset: 0n, key: row.key, value: Buffer.from(row.payload!), headers };
}

const ofType = (type: string, on: string): IncomingRecord => {
  const known = published(OrderPlaced, { orderId: 'o1' });
  return { ...known, topic: on, headers: { ...known.headers, ce_type: type } };
};

describe('a message of a type that is not in the contracts', () => {
  it('is skipped on a topic of events', () =>
    expect(decode(ofType('order.shipped', events.name), contracts)).toMatchObject({
      id,
      skipped: { unknownType: 'order.shipped' },
    }));

  it.each([
    ['a command', commands.name],
    ['on a topic that says so', strict.name],
    ['on a topic that is not in the contracts', 'other.events'],
  ])('is poison when it is %s', (_, on) =>
    expect(decode(ofType('order.ship', on), contracts).poison?.message).toBe(
      'the type order.ship is not in the contracts',
    ),
  );

  it('can never be skipped on a topic of commands', () =>
    expect(() => topic('x.commands', { owner: 'x', carries: 'commands', unknownTypes: 'skip' })).toThrow(
      'x.commands carries commands: a command of an unknown type cannot be skipped',
    ));
});

describe('a message of a newer version', () => {
  it('is read as the newest known version when its publisher says that it can be', () => {
    const record = published(OrderPlacedWithNote, { orderId: 'o1', note: 'new' });
    expect(record.headers).toMatchObject({ ce_schemaversion: '3', ce_readablesince: '1' });
    expect(decode(record, contracts)).toMatchObject({ cls: OrderPlaced, message: { orderId: 'o1' } });
  });

  it('is poison otherwise, and the reason names the remedy', () =>
    expect(decode(published(OrderPlacedAnew, { orderId: 'o1' }), contracts).poison?.message).toBe(
      'order.placed: version 2 is not known, 1 to 1 are: deploy the consumer that knows it, then redrive',
    ));

  it('is poison when only newer readers can read it', () => {
    const record = published(OrderPlacedWithNote, { orderId: 'o1' });
    const headers = { ...record.headers, ce_readablesince: '2' };
    expect(decode({ ...record, headers }, contracts).poison?.message).toContain('version 3 is not known');
  });

  it('is poison when it says so in an unreadable way', () => {
    const record = published(OrderPlacedWithNote, { orderId: 'o1' });
    const headers = { ...record.headers, ce_readablesince: 'yes' };
    expect(decode({ ...record, headers }, contracts).poison?.message).toBe('the header ce_readablesince is malformed');
  });

  it('has no such header when it is readable by its own readers only', () =>
    expect(published(OrderPlacedAnew, { orderId: 'o1' }).headers).not.toHaveProperty('ce_readablesince'));

  it.each([0, 3, 1.5])('cannot be readable since version %s of 2', (readableSince) => {
    const declare = Message({
      type: 'x',
      topic: events,
      key: 'x',
      version: 2,
      readableSince,
      upcasts: { 1: (old) => old },
    });
    expect(() => declare(class {})).toThrow('x: readableSince must be a version from 1 to 2');
  });
});
