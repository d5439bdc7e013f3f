import { describe, expect, it } from '@jest/globals';
import { CompactTable, ids, integers, names, numbers, TableById, texts } from './compact-table.js';

const id = (number: number): string => `01900000-0000-7000-8000-${number.toString(16).padStart(12, '0')}`;

describe('a compact table', () => {
  const rows = Array.from({ length: 3_000 }, (_, index) => ({
    orderId: id(index),
    status: index % 2 === 0 ? 'confirmed' : null,
    operation: `${id(index)}:take:ä${index}`,
    amount: (-1n) ** BigInt(index) * (2n ** 53n + BigInt(index)),
    attempts: index,
  }));
  const table = new CompactTable<(typeof rows)[number]>({
    orderId: ids(),
    status: names(),
    operation: texts(),
    amount: integers(),
    attempts: numbers((length) => new Uint32Array(length)),
  });
  for (const row of rows) table.add(row);
  it('has every row as it was added, above 2^53 too', () => expect([...table]).toEqual(rows));
  it('has its length', () => expect(table.length).toBe(3_000));
});

describe('whole numbers', () => {
  it.each([2n ** 63n - 1n, 2n ** 63n, -(2n ** 63n) - 1n, 10n ** 30n])('of any size are exact: %d', (value) => {
    const column = integers();
    column.add(1n);
    column.add(value);
    expect([column.at(0), column.at(1)]).toEqual([1n, value]);
  });
});

describe('a table by id', () => {
  const table = new TableById<{ readonly total: bigint }>({ total: integers() });
  for (const number of [1, 4, 9]) table.add(id(number), { total: BigInt(number) });
  it('finds a row by its id', () => {
    expect(table.get(id(4))).toEqual({ total: 4n });
    expect(table.has(id(9))).toBe(true);
  });
  it.each([id(5), 'no id', ''])('has no row for %j', (other) => {
    expect(table.get(other)).toBeUndefined();
    expect(table.has(other)).toBe(false);
  });
  it('is read in the order of its ids', () => {
    expect([...table.keys()]).toEqual([id(1), id(4), id(9)]);
    expect([...table]).toEqual([1, 4, 9].map((number) => [id(number), { total: BigInt(number) }]));
    expect(table.size).toBe(3);
  });
  it('refuses a row that is not in order', () => expect(() => table.add(id(9), { total: 0n })).toThrow('is not after'));
});
