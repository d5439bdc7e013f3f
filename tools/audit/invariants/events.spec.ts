import { describe, expect, it } from '@jest/globals';
import { textsOf } from './violation-texts.js';
import { checkEvents, type TopicIds } from './events.js';

const sound: TopicIds = {
  topic: 'order.events',
  archived: ['a', 'b', 'c'],
  unpublished: new Set(),
  onTopic: ['a', 'b', 'b', 'c'],
};
const check = (wrong: Partial<TopicIds>) =>
  checkEvents({ topics: [{ ...sound, ...wrong }], unreadable: [], undeclared: [] });
const found = (wrong: Partial<TopicIds>): string[] => textsOf(check(wrong));

describe('an archive and a topic with the same messages', () => {
  it('have no violation, even with a repeated record', () => expect(found({})).toEqual([]));
  it('are counted', () =>
    expect(check({}).counted).toEqual({
      topics: 1,
      archived: 3,
      'on the topics': 4,
      repeats: 1,
      'still in an outbox': 0,
    }));
  it('may differ by what is still in the outbox', () =>
    expect(found({ archived: ['a', 'b'], unpublished: new Set(['c', 'd']) })).toEqual([]));
});

describe('a difference', () => {
  it('is a lost record', () =>
    expect(found({ onTopic: ['a', 'c'] })).toEqual(['archived as published, and not on the topic']));
  it('is a lost record at the end', () =>
    expect(check({ onTopic: ['a', 'b'] }).violations).toEqual([
      {
        what: 'archived as published, and not on the topic',
        ids: { topic: 'order.events', message: 'c' },
        kind: 'lost',
      },
    ]));
  it('is a missing row of the archive', () =>
    expect(found({ archived: ['b', 'c'] })).toEqual(['on the topic, and in no outbox or archive']));
  it('is a repeated row of the archive', () =>
    expect(found({ archived: ['a', 'a', 'b', 'c'] })).toEqual(['archived more than once']));
  it('is an empty topic', () => expect(found({ onTopic: [] })).toHaveLength(3));
});

describe('a record that no outbox published', () => {
  it('is reported with its offset', () =>
    expect(
      checkEvents({
        topics: [],
        unreadable: [{ topic: 't', partition: 1, offset: 7, reason: 'no id' }],
        undeclared: [],
      }).violations,
    ).toEqual([
      { what: 'a record that no outbox published: no id', ids: { topic: 't', partition: '1', offset: '7' } },
    ]));
  it('is not allowed by an archive of another topic', () =>
    expect(
      textsOf(checkEvents({ topics: [], unreadable: [], undeclared: [{ service: 'order', topic: 'x', rows: 2 }] })),
    ).toEqual(['2 archived for a topic that is not in the contracts']));
});
