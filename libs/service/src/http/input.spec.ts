import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { bodyHash } from '../idempotency/index.js';
import { page, readCursor } from './page.js';
import { malformedField } from './well-formed-input.guard.js';

const shuffled = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(shuffled);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([name, inner]) => [name, shuffled(inner)]),
  );
};

describe('the hash of a body', () => {
  it('is SHA-256 in hex', () => expect(bodyHash({ a: 1 })).toMatch(/^[0-9a-f]{64}$/));
  it('does not depend on the order of fields', () =>
    fc.assert(fc.property(fc.jsonValue(), (body) => bodyHash(shuffled(body)) === bodyHash(body))));
  it('depends on every value', () =>
    expect(
      new Set([{ a: 1 }, { a: '1' }, { a: [1] }, { b: 1 }, { a: 1, b: null }, [], {}, null].map(bodyHash)).size,
    ).toBe(8));
  it('depends on the order of a list', () => expect(bodyHash([1, 2])).not.toBe(bodyHash([2, 1])));
  it('is the same for an undefined and an absent field', () =>
    expect(bodyHash({ a: 1, b: undefined })).toBe(bodyHash({ a: 1 })));
});

describe('input that the database rejects', () => {
  it.each([
    [{ a: { b: ['x', 'y\0'] } }, 'a.b.1'],
    [{ 'a\0': 1 }, 'a\0'],
    [{ a: Infinity }, 'a'],
    [{ lines: [{ quantity: NaN }] }, 'lines.0.quantity'],
    [{ a: '\ud800' }, 'a'],
  ])('is reported with its field', (input, field) => expect(malformedField(input)?.field).toBe(field));
  it('is not reported in well-formed input', () =>
    expect(malformedField({ a: ['ä', '😀', 1e300, null, true, { b: undefined }] })).toBeUndefined());
});

describe('a page', () => {
  it('points to the next page when there is one more row', () =>
    expect(page([1, 2, 3], 2, String)).toEqual({ items: [1, 2], nextCursor: '2' }));
  it('is the last one otherwise', () => expect(page([1, 2], 2, String)).toEqual({ items: [1, 2], nextCursor: null }));
  it('may be empty', () => expect(page([], 2, String)).toEqual({ items: [], nextCursor: null }));
  it("rejects a cursor that can't be parsed", () =>
    expect(() =>
      readCursor('x', (text) => {
        throw new TypeError(text);
      }),
    ).toThrow('cursor must be the nextCursor of the page before'));
});
