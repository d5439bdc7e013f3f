import { describe, expect, it } from '@jest/globals';
import { topic } from '@tradewind/messaging/contract';
import { Catalogue, Message } from '@tradewind/messaging/contract';
import { Equals } from 'class-validator';
import { contracts, IsText } from '../index.js';
import { review } from './review.js';
import { schemaOf, schemasOf } from './schema-of.js';

const notes = topic('note.events', { owner: 'note' });

@Message({ type: 'note.taken', topic: notes, key: 'id' })
class NoteTaken {
  @IsText(10) readonly id!: string;
  @IsText(100) readonly text!: string;
}

@Message({
  type: 'note.taken',
  topic: notes,
  key: 'id',
  version: 2,
  upcasts: { 1: (old) => ({ ...old, words: old['text'] }) },
})
class NoteTakenAnew {
  @IsText(10) readonly id!: string;
  @IsText(100) readonly words!: string;
}

@Message({ type: 'note.taken', topic: notes, key: 'id' })
class NoteTakenShort {
  @IsText(10) readonly id!: string;
  @IsText(50) readonly text!: string;
}

@Message({
  type: 'note.taken',
  topic: topic('notes', { owner: 'note' }),
  key: 'id',
  version: 2,
  upcasts: { 1: (old) => old },
})
class NoteTakenElsewhere {
  @IsText(10) readonly id!: string;
  @IsText(100) readonly text!: string;
}

const schemas = (...classes: ConstructorParameters<typeof Catalogue>[0]) => schemasOf(new Catalogue(classes));

describe('messages and their committed schemas', () => {
  it('agree in the shop', () =>
    expect(review(schemasOf(contracts), schemasOf(contracts))).toEqual({ breaks: [], outdated: [] }));

  it('differ when a message is new, which breaks nothing', () =>
    expect(review(new Map(), schemas(NoteTaken))).toEqual({ breaks: [], outdated: ['note.taken.v1.json'] }));

  it('differ when a version is new, which breaks nothing', () =>
    expect(review(schemas(NoteTaken), schemas(NoteTakenAnew))).toEqual({
      breaks: [],
      outdated: ['note.taken.v2.json'],
    }));

  it('break when the same version says less, and the way out is told', () =>
    expect(review(schemas(NoteTaken), schemas(NoteTakenShort)).breaks).toEqual([
      expect.stringMatching(
        /^note\.taken, version 1:\n {2}text: maxLength was 100 and is 50\n {2}Records of version 1 .* version: 2 .* upcasts: \{ 1: .* "npm run schemas", and keep a record .*\.$/,
      ),
    ]));

  it('break when a class is gone', () =>
    expect(review(schemas(NoteTaken), new Map()).breaks).toEqual([
      expect.stringContaining('note.taken: no class has this type any more'),
    ]));

  it('break when a version goes back', () =>
    expect(review(schemas(NoteTakenAnew), schemas(NoteTaken)).breaks).toEqual([
      expect.stringContaining('A version never goes back'),
    ]));

  it('break when an older schema was thrown away', () =>
    expect(review(schemas(NoteTakenAnew), schemas(NoteTakenAnew)).breaks).toEqual([
      expect.stringContaining('note.taken.v1.json is missing'),
    ]));

  it('break when a new version moves to another topic', () =>
    expect(review(schemas(NoteTaken), schemas(NoteTakenElsewhere)).breaks).toEqual([
      expect.stringContaining('topic was note.events and is notes'),
    ]));
});

describe('a rule without a word in JSON Schema', () => {
  @Message({ type: 'note.odd', topic: notes, key: 'id' })
  class NoteOdd {
    @Equals('x') readonly id!: string;
  }
  it('is named with its field', () =>
    expect(() => schemaOf(NoteOdd)).toThrow('NoteOdd.id: the rule equals has no word in JSON Schema yet'));
});
