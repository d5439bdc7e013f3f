import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { jsonLimits, shapeProblem } from './json-shape.js';

const { depth, fields, items, values } = jsonLimits;
const problemOf = (json: string): string | undefined => shapeProblem(Buffer.from(json));
const nested = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);
const list = (count: number, item = '0'): string => `[${Array.from({ length: count }, () => item).join()}]`;
const object = (count: number): string =>
  JSON.stringify(Object.fromEntries(Array.from({ length: count }, (_, at) => [`f${at}`, 0])));

describe('the shape of JSON', () => {
  it.each([
    ['the deepest nesting', nested(depth)],
    ['the longest list', list(items)],
    ['the largest object', object(fields)],
    ['lists beside each other', `{"a":${list(items)},"b":${list(items)}}`],
    ['brackets and commas in a text', JSON.stringify({ 'a,[': `\\"${'[,'.repeat(20_000)}` })],
    ['broken JSON', `]]${'"'}[,`],
  ])('accepts %s', (_, json) => expect(problemOf(json)).toBeUndefined());

  it.each([
    ['one level more', nested(depth + 1), 'levels deep'],
    ['one item more', list(items + 1), 'items'],
    ['one field more', object(fields + 1), 'fields'],
    ['one field more inside', `[{"a":${object(fields + 1)}}]`, 'fields'],
    ['too many values in lists that are short', list(1_000, list(values / 1_000 + 1)), 'values'],
    ['commas that are no JSON', ','.repeat(values + 1), 'fields'],
  ])('refuses %s', (_, json, problem) => expect(problemOf(json)).toContain(problem));

  it('is that of the parsed value', () =>
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const deep = (inner: unknown): number =>
          typeof inner !== 'object' || inner === null ? 0 : 1 + Math.max(0, ...Object.values(inner).map(deep));
        const wrapped = (levels: number): string => '['.repeat(levels) + JSON.stringify(value) + ']'.repeat(levels);
        expect(problemOf(wrapped(depth - deep(value)))).toBeUndefined();
        expect(problemOf(wrapped(depth - deep(value) + 1))).toContain('levels deep');
      }),
    ));
});
