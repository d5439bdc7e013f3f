import { describe, expect, it } from '@jest/globals';
import { arrayLiteral } from './array-literal.js';
import { binaryArray } from './binary-array.js';
import { table } from '../../ports/table.js';
import { statementOf } from './sql.js';
import { tableSql } from './table-sql.js';

const id = '018f0000-0000-7000-8000-000000000000';
const valuesOf = (text: string, values: readonly unknown[]): unknown[] => statementOf(text, values).values!;

describe('a statement', () => {
  it('has a name that depends only on its text', () => {
    expect(statementOf('select 1', []).name).toBe(statementOf('select 1', []).name);
    expect(statementOf('select 1', []).name).not.toBe(statementOf('select 2', []).name);
  });

  it('sends arrays in binary format when it declares their type', () => {
    const text = `select unnest($1::text[]), unnest($10::uuid[]), $2 where $1::text[] is not null`;
    const values = [['a'], 'plain', 0, 0, 0, 0, 0, 0, 0, [id]];
    expect(valuesOf(text, values)).toEqual([
      binaryArray('text', ['a']),
      'plain',
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      binaryArray('uuid', [id]),
    ]);
    expect(valuesOf(text, values)[9]).toBeInstanceOf(Buffer);
  });

  it.each([
    ['a type without binary format', 'select $1::bytea[]', [Buffer.from('a')]],
    ['a type that is not declared', 'select any($1)', [id]],
    ['a value that does not fit its type', 'select $1::uuid[]', [id, 'no uuid']],
  ])('sends an array of %s as text', (_, text, array) => {
    expect(valuesOf(text, [array])).toEqual([arrayLiteral(array)]);
  });
});

describe('a timestamp in a row', () => {
  const at = tableSql(table<{ id: string; at: Date }>('things', 'id', { id: 'uuid', at: 'timestamptz' })).columns[1]!;

  it('is written from a Date', () => expect(at.write({ at: new Date(0) })).toEqual(new Date(0)));
  it('is not written from a text, because the database would read it in its own time zone', () =>
    expect(() => at.write({ at: '2026-02-03 04:05' })).toThrow(TypeError));
});
