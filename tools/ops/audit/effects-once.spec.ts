import { describe, expect, it } from '@jest/globals';
import { said } from '../testing/said.js';
import { checkEffectsOnce, type ConsumerFacts, type DeedFacts, type OnceFacts } from './effects-once.js';

const record = (id: string, type = 'stock.reserve', topic = 'stock.commands') => ({ id, topic, key: 'o', type });

/** Two commands and an event, of which the consumer acts on one of each. */
const product: ConsumerFacts = {
  consumer: 'product',
  acts: { 'stock.commands': ['stock.reserve'], 'user.events': ['user.forgotten'] },
  heard: [[record('a'), record('a'), record('c', 'stock.count')], [record('b', 'user.forgotten', 'user.events')]],
  inbox: ['a', 'b'],
  parked: new Set(),
  discarded: new Set(),
  behind: new Set(),
};
const deeds: DeedFacts = {
  service: 'product',
  causesWithoutInbox: ['x', 'y'],
  saidAgain: [],
  wishedAgain: [],
  transitionsAgain: [],
  bookedInSilence: [],
  bookedAgain: [],
  unanswered: [],
};
const sound: OnceFacts = { consumers: [product], deeds: [deeds], records: [['a', 'a', 'c'], ['b']] };

const hearing = (wrong: Partial<ConsumerFacts>): string[] =>
  said(checkEffectsOnce({ ...sound, consumers: [{ ...product, ...wrong }] }));
const doing = (wrong: Partial<DeedFacts>): string[] =>
  said(checkEffectsOnce({ ...sound, deeds: [{ ...deeds, ...wrong }] }));

describe('a consumer that acted on all that it should', () => {
  it('has no violation, though a record came twice', () => expect(hearing({})).toEqual([]));
  it('is counted', () =>
    expect(checkEffectsOnce(sound).counted).toEqual({
      consumers: 1,
      'messages acted on': 2,
      parked: 0,
      discarded: 0,
      'causes that are no message': 2,
    }));
});

describe('an inbox that is not what the topics say', () => {
  it('has missed a message', () => expect(hearing({ inbox: ['b'] })).toEqual(['never acted on stock.reserve']));
  it('has missed the last one', () => expect(hearing({ inbox: ['a'] })).toEqual(['never acted on user.forgotten']));
  it('has one that is on no topic', () =>
    expect(hearing({ inbox: ['a', 'b', 'd'] })).toEqual(['acted on a message that is on none of its topics']));
  it('has one that it should pass over', () =>
    expect(hearing({ inbox: ['a', 'b', 'c'] })).toEqual(['acted on a message that it passes over: stock.count']));
  it('is one that nobody knows', () =>
    expect(hearing({ acts: undefined })).toEqual(['an inbox of a consumer that nobody knows']));
});

describe('a message that an operator has seen to', () => {
  it('may be missing while it is parked', () => expect(hearing({ inbox: ['b'], parked: new Set(['a']) })).toEqual([]));
  it('is not both acted on and parked', () =>
    expect(hearing({ parked: new Set(['a']) })).toEqual(['acted on, and parked all the same']));
  it('may be in the inbox of one who passes over it, or on no topic, once it is discarded', () =>
    expect(hearing({ inbox: ['a', 'b', 'c', 'd'], discarded: new Set(['c', 'd']) })).toEqual([]));
  it('is counted', () =>
    expect(
      checkEffectsOnce({
        ...sound,
        consumers: [{ ...product, inbox: ['b', 'd'], parked: new Set(['a']), discarded: new Set(['d']) }],
      }).counted,
    ).toMatchObject({ parked: 1, discarded: 1 }));
});

describe('a consumer that has not read to the end', () => {
  it('is late, not wrong', () => expect(hearing({ inbox: ['b'], behind: new Set(['stock.commands']) })).toEqual([]));
  it('is wrong about what it has read', () =>
    expect(hearing({ inbox: ['a'], behind: new Set(['stock.commands']) })).toEqual(['never acted on user.forgotten']));
});

describe('a deed', () => {
  it('is not done for a message without a mark in the inbox', () =>
    expect(doing({ causesWithoutInbox: ['b', 'x'] })).toEqual([
      'acted because of a message that is in none of its inboxes',
    ]));
  it('is not said twice', () =>
    expect(doing({ saidAgain: [{ cause: 'a', type: 'stock.reserved', key: 'o', times: 2 }] })).toEqual([
      'one message has made it say stock.reserved 2 times',
    ]));
  it('is not wished twice', () =>
    expect(doing({ wishedAgain: [{ name: 'take', key: 'o', cause: 'a', times: 2 }] })).toEqual([
      'an effect was wished 2 times: take',
    ]));
  it('does not move a saga twice', () =>
    expect(doing({ transitionsAgain: [{ saga: 's', cause: 'a', transition: 'x → y', times: 2 }] })).toEqual([
      'one message has moved a saga 2 times: x → y',
    ]));
  it('is not booked in silence', () =>
    expect(doing({ bookedInSilence: [{ operation: 'o:take:1', order: 'o', cause: 'a' }] })).toEqual([
      'booked, and its cause has said nothing of it',
    ]));
  it('is not booked by two', () =>
    expect(doing({ bookedAgain: [{ operation: 'o:take:1', order: 'o', causes: 2 }] })).toEqual(['booked by 2 causes']));
  it('is answered', () =>
    expect(doing({ unanswered: [{ consumer: 'product', message: 'a' }] })).toEqual([
      'in the inbox, and never answered',
    ]));
});
