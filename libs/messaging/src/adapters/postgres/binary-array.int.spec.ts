import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Client } from 'pg';
import { freshDatabase, type FreshDatabase } from '../../../../../tools/platform/postgres/fresh-database.js';
import { arrayLiteral } from './array-literal.js';
import { binaryArray } from './binary-array.js';

const int = (bits: number): fc.Arbitrary<number> => fc.integer({ min: -(2 ** (bits - 1)), max: 2 ** (bits - 1) - 1 });
const values: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  text: fc.oneof(
    fc.string({ unit: 'binary' }).filter((text) => !text.includes('\0')),
    fc.constantFrom('', 'null', '{}', '{"a":"b\\n"}', '\\', '"'),
  ),
  uuid: fc.oneof(
    fc.uuid(),
    fc.uuid().map((id) => id.toUpperCase()),
  ),
  int: int(32),
  int4: int(32),
  bigint: fc.oneof(fc.maxSafeInteger(), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })),
  int8: fc.oneof(int(33), fc.maxSafeInteger()),
  bool: fc.boolean(),
  timestamptz: fc.date({
    min: new Date('1800-01-01T00:00:00Z'),
    max: new Date('2200-01-01T00:00:00Z'),
    noInvalidDate: true,
  }),
};

describe('a PostgreSQL array in binary format', () => {
  let database: FreshDatabase;
  let client: Client;

  beforeAll(async () => {
    database = await freshDatabase();
    client = new Client(database.url);
    await client.connect();
  });
  afterAll(async () => {
    await client.end();
    await database.drop();
  });

  it.each(Object.entries(values))('of %s equals the array in text format', async (type, element) => {
    const statement = `select $1::${type}[] is not distinct from $2::${type}[] as same, $1::text[] is null as missing`;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof({ arbitrary: element, weight: 9 }, fc.constantFrom(null, undefined)), { maxLength: 40 }),
        async (array) => {
          const binary = binaryArray(type, array);
          expect(binary).toBeInstanceOf(Buffer);
          expect((await client.query(statement, [binary, arrayLiteral(array)])).rows).toEqual([
            { same: true, missing: false },
          ]);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('can be larger than the buffer', async () => {
    const long = ['ü'.repeat(100_000), 'a', 'x'.repeat(3_000_000)];
    expect(
      (await client.query<{ texts: string[] }>('select $1::text[] as texts', [binaryArray('text', long)])).rows[0]!
        .texts,
    ).toEqual(long);
  });

  it('contains a replacement character for half of a surrogate pair, as in text format', async () => {
    const { rows } = await client.query<{ texts: string[] }>('select $1::text[] as texts', [
      binaryArray('text', ['\ud83d', 'a\ude00b']),
    ]);
    expect(rows[0]!.texts).toEqual(['\ufffd', 'a\ufffdb']);
  });

  it('is rejected by the server when it contains NUL', () =>
    expect(client.query('select $1::text[]', [binaryArray('text', ['a\0b'])])).rejects.toThrow(
      /invalid byte sequence/,
    ));

  it('is not changed by the next array', () => {
    const first = binaryArray('text', ['first'])!;
    const bytes = first.toString('hex');
    binaryArray('text', ['second']);
    expect(first.toString('hex')).toBe(bytes);
  });

  it.each([
    ['text', 1],
    ['uuid', 'no uuid'],
    ['uuid', '018f0000-0000-7000-8000-00000000000g'],
    ['uuid', '018f0000-0000-7000-8000-00000000000\u0130'],
    ['uuid', '018f0000+0000-7000-8000-000000000000'],
    ['int', 2 ** 31],
    ['int', 1.5],
    ['bigint', 2n ** 63n],
    ['bigint', '7'],
    ['bool', 'true'],
    ['timestamptz', '2026-02-03T04:05:06.789123Z'],
    ['timestamptz', new Date('2300-01-01T00:00:00Z')],
    ['timestamptz', new Date(NaN)],
    ['numeric', 1],
  ])('does not support %s with %p', (type, value) => {
    expect(binaryArray(type, [null, value])).toBeUndefined();
  });
});
