import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { types } from 'pg';
import { arrayLiteral } from './array-literal.js';

const textArray = 1009 as Parameters<typeof types.getTypeParser>[0]; // which its types do not name
/** How pg itself reads what the server sends for a text[]. */
const read = types.getTypeParser(textArray) as (literal: string) => (string | null)[];
const readBack = (values: readonly unknown[]): (string | null)[] => read(arrayLiteral(values));

describe('an array as PostgreSQL reads it', () => {
  it('holds any text as it was, and NULL where there was none', () => {
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

  it('holds numbers and truth values', () => {
    expect(readBack([1, -2.5, 2 ** 53, 7n, true, false])).toEqual([
      '1',
      '-2.5',
      '9007199254740992',
      '7',
      'true',
      'false',
    ]);
  });

  it('holds instants to the millisecond', () => {
    expect(readBack([new Date('2026-02-03T04:05:06.789Z')])).toEqual(['2026-02-03T04:05:06.789Z']);
  });

  it('holds bytes as their hexadecimal digits', () => {
    expect(readBack([Buffer.from([0, 255]), null])).toEqual(['\\x00ff', null]);
  });

  it('quotes nothing that needs no quotes', () => {
    expect(arrayLiteral(['018f0000-0000-7000-8000-000000000000', '2026-02-03T04:05:06.789Z', 'order.placed'])).toBe(
      '{018f0000-0000-7000-8000-000000000000,2026-02-03T04:05:06.789Z,order.placed}',
    );
  });
});
