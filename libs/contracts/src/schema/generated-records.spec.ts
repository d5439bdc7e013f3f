import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { makeMessage, readMessage, type JsonSchema, type MessageClass } from '@tradewind/messaging/message';
import fc from 'fast-check';
import { contracts } from '../index.js';
import type { MessageSchema } from './json-schema.js';

type Json = Record<string, unknown>;

const folder = new URL('../../schemas/', import.meta.url);
const committed = readdirSync(folder).map(
  (file) => JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as MessageSchema,
);
const golden = committed.map((schema): [string, MessageSchema, MessageClass] => [
  `${schema['x-type']}, version ${schema['x-version']}`,
  schema,
  contracts.find(schema['x-type'])!.cls,
]);

/** Strings that match a pattern, cached because the creation is slow. */
const cache = new Map<string, fc.Arbitrary<string>>();
const stringsOf = (pattern: string): fc.Arbitrary<string> => {
  const strings = cache.get(pattern) ?? fc.stringMatching(new RegExp(pattern));
  cache.set(pattern, strings);
  return strings;
};
const hex = fc.stringMatching(/^[0-9a-f]{64}$/);
const isFreeText = ({ pattern }: JsonSchema): boolean => pattern?.includes('u0000') ?? false;

/** Any valid value of a schema. */
function valid(schema: JsonSchema): fc.Arbitrary<unknown> {
  const {
    type,
    pattern = '',
    format,
    minimum = 0,
    maximum = 0,
    maxLength = 0,
    minItems = 0,
    items = {},
    properties = {},
    required = [],
  } = schema;
  if (schema.enum) return fc.constantFrom(...schema.enum);
  if (format === 'date-time')
    return fc
      .date({ noInvalidDate: true, min: new Date('2000-01-01T00:00:00Z'), max: new Date('2100-01-01T00:00:00Z') })
      .map((date) => date.toISOString());
  if (format === 'uri') return fc.constantFrom('http://127.0.0.1:3000', 'https://shop.example/orders');
  switch (type) {
    case 'boolean':
      return fc.boolean();
    case 'integer':
      return fc.oneof(fc.constantFrom(minimum, maximum), fc.integer({ min: minimum, max: maximum }));
    case 'string':
      if (!isFreeText(schema)) return maxLength === 64 ? hex : stringsOf(pattern);
      return fc.oneof(
        fc.constantFrom('', 'é'.repeat(maxLength)),
        fc.string({ unit: 'binary', maxLength: Math.min(maxLength, 20) }).filter((text) => !text.includes('\0')),
      );
    case 'array':
      return fc.array(valid(items), { minLength: minItems, maxLength: minItems + 3 });
    default:
      return fc.record(Object.fromEntries(Object.entries(properties).map(([field, inner]) => [field, valid(inner)])), {
        requiredKeys: [...required],
      });
  }
}

const anExample = (schema: JsonSchema): Json =>
  fc.sample(valid({ ...schema, required: Object.keys(schema.properties ?? {}) }), { numRuns: 1, seed: 7 })[0] as Json;

/** Invalid values of a schema, each just outside a rule. */
function invalid(schema: JsonSchema): unknown[] {
  const { type, pattern, format, minimum, maximum, maxLength, minItems, maxItems, items, properties } = schema;
  return [
    ...(type === 'string' ? [7, ['x'], {}] : ['x', {}, [['x']]]),
    ...(schema.enum || format || (pattern !== undefined && !isFreeText(schema)) ? ['', 'x', '\0'] : []),
    ...(isFreeText(schema) ? ['a\0b', '\ud800'] : []),
    ...(format === 'date-time' ? ['2010-12-01', '2010-13-01T00:00:00Z', '2010-12-01T08:26:00+01:00'] : []),
    ...(type === 'integer' ? [1.5, Number.NaN, 1e308, '1'] : []),
    ...(minimum === undefined ? [] : [minimum - 1]),
    ...(maximum === undefined ? [] : [maximum + 1]),
    ...(maxLength === undefined ? [] : ['a'.repeat(maxLength + 1)]),
    ...(minItems ? [[]] : []),
    ...(maxItems === undefined ? [] : [Array<Json>(maxItems + 1).fill(anExample(items ?? {}))]),
    ...(properties?.['currency']
      ? [
          { amount: 1, currency: 'USD' },
          { amount: -1, currency: 'GBP' },
          { amount: 0.5, currency: 'GBP' },
          { amount: 1, currency: 'GBP', tax: 1 },
        ]
      : []),
  ];
}

describe.each(golden)('a record of %s', (_name, schema, cls) => {
  const fields = Object.entries(schema.properties ?? {});
  const example = anExample(schema);
  const read = (json: unknown) => readMessage(cls, json, schema['x-version']);

  it('is read with any valid fields', () =>
    fc.assert(
      fc.property(valid(schema), (json) => void read(json)),
      { numRuns: 30 },
    ));

  it('is read without its unknown fields', () =>
    expect(read({ ...example, unknown: 1 })).not.toHaveProperty('unknown'));

  it('is rejected with the name of a missing field', () => {
    for (const field of schema.required ?? []) {
      const { [field]: _removed, ...rest } = example;
      expect(() => read(rest)).toThrow(`${schema['x-type']}: ${field}`);
    }
  });

  it('is rejected with the name of an invalid field', () => {
    for (const [field, inner] of fields) {
      for (const value of invalid(inner))
        expect(() => read({ ...example, [field]: value })).toThrow(`${schema['x-type']}: ${field}`);
    }
  });

  it('is rejected with the index of an invalid line', () => {
    for (const [list, { items }] of fields) {
      for (const [field, inner] of Object.entries(items?.properties ?? {})) {
        const line = anExample(items!);
        for (const value of invalid(inner))
          expect(() => read({ ...example, [list]: [line, { ...line, [field]: value }] })).toThrow(
            `${schema['x-type']}: ${list}.1.${field}`,
          );
      }
    }
  });

  it.each([[null], ['text'], [7], [[]]])('is not %j', (json) =>
    expect(() => read(json)).toThrow('the value is not a JSON object'),
  );

  it('is rejected with an unknown version', () =>
    expect(() => readMessage(cls, example, 99)).toThrow('version 99 is not known'));

  it('is unchanged after a JSON round trip', () => {
    if (schema['x-version'] === contracts.find(schema['x-type'])!.info.version)
      expect(JSON.parse(JSON.stringify(makeMessage(cls, example)))).toEqual(example);
  });
});
