import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { topic } from '@tradewind/messaging/message';
import { MessageRegistry, Message } from '@tradewind/messaging/message';
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
  upcasts: { 1: (old) => ({ ...old, content: old['text'] }) },
})
class NoteTakenV2 {
  @IsText(10) readonly id!: string;
  @IsText(100) readonly content!: string;
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

const folder = new URL('../../schemas/', import.meta.url);
const committed = new Map(
  readdirSync(folder).map((file) => [
    file,
    JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as ReturnType<typeof schemaOf>,
  ]),
);

const schemas = (...classes: ConstructorParameters<typeof MessageRegistry>[0]) =>
  schemasOf(new MessageRegistry(classes));

describe('messages and their committed schemas', () => {
  it('agree for the same classes', () =>
    expect(review(committed, schemasOf(contracts))).toEqual({ breaks: [], outdated: [] }));

  it('differ for a new message, without a breaking change', () =>
    expect(review(new Map(), schemas(NoteTaken))).toEqual({ breaks: [], outdated: ['note.taken.v1.json'] }));

  it('differ for a new version, without a breaking change', () =>
    expect(review(schemas(NoteTaken), schemas(NoteTakenV2))).toEqual({
      breaks: [],
      outdated: ['note.taken.v2.json'],
    }));

  it('break when the same version is more strict; the message has instructions', () =>
    expect(review(schemas(NoteTaken), schemas(NoteTakenShort)).breaks).toEqual([
      expect.stringMatching(
        /^note\.taken, version 1:\n {2}text: maxLength was 100 and is 50\n {2}Records of version 1 .* version: 2 .* upcasts: \{ 1: .* "npm run schemas", and add a record .*\.$/,
      ),
    ]));

  it('break when a class is removed', () =>
    expect(review(schemas(NoteTaken), new Map()).breaks).toEqual([
      expect.stringContaining('note.taken: no class has this type any more'),
    ]));

  it('break when a version decreases', () =>
    expect(review(schemas(NoteTakenV2), schemas(NoteTaken)).breaks).toEqual([
      expect.stringContaining('A version never decreases'),
    ]));

  it('break when an older schema is missing', () =>
    expect(review(schemas(NoteTakenV2), schemas(NoteTakenV2)).breaks).toEqual([
      expect.stringContaining('note.taken.v1.json is missing'),
    ]));

  it('break when a new version moves to another topic', () =>
    expect(review(schemas(NoteTaken), schemas(NoteTakenElsewhere)).breaks).toEqual([
      expect.stringContaining('topic was note.events and is notes'),
    ]));
});

describe('a rule without a JSON Schema keyword', () => {
  @Message({ type: 'note.odd', topic: notes, key: 'id' })
  class NoteOdd {
    @Equals('x') readonly id!: string;
  }
  it('throws an error that names its field', () =>
    expect(() => schemaOf(NoteOdd)).toThrow(
      'NoteOdd.id: the rule equals has no JSON Schema: call declareRuleSchema beside its decorator',
    ));
});
