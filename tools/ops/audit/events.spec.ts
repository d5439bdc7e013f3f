import { describe, expect, it } from '@jest/globals';
import { said } from '../testing/said.js';
import { checkEvents, type TopicIds } from './events.js';

const sound: TopicIds = {
  topic: 'order.events',
  archived: ['a', 'b', 'c'],
  waiting: new Set(),
  seen: ['a', 'b', 'b', 'c'],
};
const check = (wrong: Partial<TopicIds>) =>
  checkEvents({ topics: [{ ...sound, ...wrong }], unreadable: [], undeclared: [] });
const found = (wrong: Partial<TopicIds>): string[] => said(check(wrong));

describe('an archive and a topic that hold the same', () => {
  it('have no violation, though a record came twice', () => expect(found({})).toEqual([]));
  it('are counted', () =>
    expect(check({}).counted).toEqual({
      topics: 1,
      archived: 3,
      'on the topics': 4,
      repeats: 1,
      'waiting in an outbox': 0,
    }));
  it('may differ by what still waits in the outbox', () =>
    expect(found({ archived: ['a', 'b'], waiting: new Set(['c', 'd']) })).toEqual([]));
});

describe('a difference', () => {
  it('is a lost record', () =>
    expect(found({ seen: ['a', 'c'] })).toEqual(['archived as published, and not on the topic']));
  it('is a lost record at the end', () =>
    expect(check({ seen: ['a', 'b'] }).violations).toEqual([
      {
        what: 'archived as published, and not on the topic',
        ids: { topic: 'order.events', message: 'c' },
        means: 'lost',
      },
    ]));
  it('is a row that the archive has lost', () =>
    expect(found({ archived: ['b', 'c'] })).toEqual(['on the topic, and in no outbox or archive']));
  it('is a row that the archive has twice', () =>
    expect(found({ archived: ['a', 'a', 'b', 'c'] })).toEqual(['archived more than once']));
  it('is an empty topic', () => expect(found({ seen: [] })).toHaveLength(3));
});

describe('a record that no outbox wrote', () => {
  it('is named by its place', () =>
    expect(
      checkEvents({ topics: [], unreadable: [{ topic: 't', partition: 1, offset: 7, why: 'no id' }], undeclared: [] })
        .violations,
    ).toEqual([
      { what: 'a record that came from no outbox: no id', ids: { topic: 't', partition: '1', offset: '7' } },
    ]));
  it('is not excused by an archive for another topic', () =>
    expect(
      said(checkEvents({ topics: [], unreadable: [], undeclared: [{ service: 'order', topic: 'x', rows: 2 }] })),
    ).toEqual(['2 archived for a topic that is not in the contracts']));
});
