import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { types } from 'pg';
import { arrayLiteral } from './array-literal.js';

const textArray = 1009 as Parameters<typeof types.getTypeParser>[0]; // not in the types of pg
/** The parser of pg for a text[] from the server. */
const parse = types.getTypeParser(textArray) as (literal: string) => (string | null)[];
const readBack = (values: readonly unknown[]): (string | null)[] => parse(arrayLiteral(values));

describe('an array literal', () => {
  it('contains any text unchanged, and NULL for null and undefined', () => {
    const element = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('', 'null', 'NULL', '{}', '{"a":"b\\n"}', '\\', '"', ' ', 'a,b'),
      fc.constantFrom(null, undefined),
    );
    fc.assert(
      fc.property(fc.array(element), (values) =>
        expect(readBack(values)).toEqual(values.map((value) => value ?? null)),
      ),
    );
  });

  it('contains numbers and booleans', () => {
    expect(readBack([1, -2.5, 2 ** 53, 7n, true, false])).toEqual([
      '1',
      '-2.5',
      '9007199254740992',
      '7',
      'true',
      'false',
    ]);
  });

  it('contains Dates in milliseconds', () => {
    expect(readBack([new Date('2026-02-03T04:05:06.789Z')])).toEqual(['2026-02-03T04:05:06.789Z']);
  });

  it('contains bytes in hexadecimal', () => {
    expect(readBack([Buffer.from([0, 255]), null])).toEqual(['\\x00ff', null]);
  });

  it('does not quote ids, timestamps and names', () => {
    expect(arrayLiteral(['018f0000-0000-7000-8000-000000000000', '2026-02-03T04:05:06.789Z', 'order.placed'])).toBe(
      '{018f0000-0000-7000-8000-000000000000,2026-02-03T04:05:06.789Z,order.placed}',
    );
  });
});
