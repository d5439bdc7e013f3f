import { describe, expect, it } from '@jest/globals';
import { textsOf } from './violation-texts.js';
import {
  checkEffectsOnce,
  type ConsumerFacts,
  type ActionFacts,
  type BookingFacts,
  type EffectsOnceFacts,
} from './effects-once.js';

const record = (id: string, type = 'stock.reserve', topic = 'stock.commands') => ({ id, topic, key: 'o', type });

/** Two commands and an event; the consumer handles one of each. */
const product: ConsumerFacts = {
  consumer: 'product',
  handles: { 'stock.commands': ['stock.reserve'], 'user.events': ['user.forgotten'] },
  records: [[record('a'), record('a'), record('c', 'stock.count')], [record('b', 'user.forgotten', 'user.events')]],
  inbox: ['a', 'b'],
  deadLetters: new Set(),
  discarded: new Set(),
  behind: new Set(),
};
const actions: ActionFacts = {
  service: 'product',
  causesWithoutInbox: ['x', 'y'],
  publishedTwice: [],
  scheduledTwice: [],
  transitionedTwice: [],
  unanswered: [],
};
const noBookings: BookingFacts = { service: 'payment', withoutMessage: [], severalCauses: [] };
const sound: EffectsOnceFacts = {
  consumers: [product],
  actions: [actions],
  bookings: noBookings,
  records: [['a', 'a', 'c'], ['b']],
};

const consuming = (wrong: Partial<ConsumerFacts>): string[] =>
  textsOf(checkEffectsOnce({ ...sound, consumers: [{ ...product, ...wrong }] }));
const acting = (wrong: Partial<ActionFacts>): string[] =>
  textsOf(checkEffectsOnce({ ...sound, actions: [{ ...actions, ...wrong }] }));

describe('a consumer that handled its messages', () => {
  it('has no violation, even with a repeated record', () => expect(consuming({})).toEqual([]));
  it('is counted', () =>
    expect(checkEffectsOnce(sound).counted).toEqual({
      consumers: 1,
      'messages handled': 2,
      'dead letters': 0,
      discarded: 0,
      'causes that are no message': 2,
    }));
});

describe('an inbox that disagrees with the topics', () => {
  it('lacks a message', () => expect(consuming({ inbox: ['b'] })).toEqual(['never handled stock.reserve']));
  it('lacks the last message', () => expect(consuming({ inbox: ['a'] })).toEqual(['never handled user.forgotten']));
  it('has a message that is on no topic', () =>
    expect(consuming({ inbox: ['a', 'b', 'd'] })).toEqual(['handled a message that is on none of its topics']));
  it('has a message that it must ignore', () =>
    expect(consuming({ inbox: ['a', 'b', 'c'] })).toEqual(['handled a message that it must ignore: stock.count']));
  it('is of an unknown consumer', () =>
    expect(consuming({ handles: undefined })).toEqual(['an inbox of an unknown consumer']));
});

describe('a message that waits for an operator, or was discarded', () => {
  it('may be missing while it is a dead letter', () =>
    expect(consuming({ inbox: ['b'], deadLetters: new Set(['a']) })).toEqual([]));
  it('is not both handled and a dead letter', () =>
    expect(consuming({ deadLetters: new Set(['a']) })).toEqual(['handled, and a dead letter as well']));
  it('may be of an ignored type or on no topic once it is discarded', () =>
    expect(consuming({ inbox: ['a', 'b', 'c', 'd'], discarded: new Set(['c', 'd']) })).toEqual([]));
  it('is counted', () =>
    expect(
      checkEffectsOnce({
        ...sound,
        consumers: [{ ...product, inbox: ['b', 'd'], deadLetters: new Set(['a']), discarded: new Set(['d']) }],
      }).counted,
    ).toMatchObject({ 'dead letters': 1, discarded: 1 }));
});

describe('a consumer that has not read to the end', () => {
  it('is late, not wrong', () => expect(consuming({ inbox: ['b'], behind: new Set(['stock.commands']) })).toEqual([]));
  it('is wrong about what it has read', () =>
    expect(consuming({ inbox: ['a'], behind: new Set(['stock.commands']) })).toEqual(['never handled user.forgotten']));
});

describe('an action', () => {
  it('is not caused by a message without an inbox row', () =>
    expect(acting({ causesWithoutInbox: ['b', 'x'] })).toEqual([
      'acted because of a message that is in none of its inboxes',
    ]));
  it('does not publish twice', () =>
    expect(acting({ publishedTwice: [{ cause: 'a', type: 'stock.reserved', key: 'o', times: 2 }] })).toEqual([
      'one message caused stock.reserved 2 times',
    ]));
  it('does not schedule an effect twice', () =>
    expect(acting({ scheduledTwice: [{ name: 'take', key: 'o', cause: 'a', times: 2 }] })).toEqual([
      'an effect was scheduled 2 times: take',
    ]));
  it('does not move a saga twice', () =>
    expect(acting({ transitionedTwice: [{ saga: 's', cause: 'a', transition: 'x → y', times: 2 }] })).toEqual([
      'one message caused a transition 2 times: x → y',
    ]));
  it('is answered', () =>
    expect(acting({ unanswered: [{ consumer: 'product', message: 'a' }] })).toEqual([
      'in the inbox, and never answered',
    ]));
});

describe('a booking', () => {
  const booking = (wrong: Partial<BookingFacts>): string[] =>
    textsOf(checkEffectsOnce({ ...sound, bookings: { ...noBookings, ...wrong } }));
  it('comes with a message', () =>
    expect(booking({ withoutMessage: [{ operation: 'o:take:1', order: 'o', cause: 'a' }] })).toEqual([
      'booked, and its cause published nothing about it',
    ]));
  it('has one cause', () =>
    expect(booking({ severalCauses: [{ operation: 'o:take:1', order: 'o', causes: 2 }] })).toEqual([
      'booked by 2 causes',
    ]));
});
