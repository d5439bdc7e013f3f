import { describe, expect, it } from '@jest/globals';
import type { JsonSchema } from '@tradewind/messaging/message';
import { rejectedValues } from './rejected-values.js';

const line: JsonSchema = {
  type: 'object',
  properties: { quantity: { type: 'integer', minimum: 1, maximum: 10 } },
  required: ['quantity'],
};
const fields: Readonly<Record<string, JsonSchema>> = {
  id: { type: 'string', pattern: '^[0-9]+$' },
  method: { type: 'string', maxLength: 40 },
  reason: { type: 'string', enum: ['late', 'dear'] },
  at: { type: 'string', format: 'date-time' },
  size: { type: 'number', minimum: 0 },
  even: { type: 'integer', 'x-rules': ['isEven'] },
  lines: { type: 'array', minItems: 1, maxItems: 5, items: line },
};
const message = (
  other: Readonly<Record<string, JsonSchema | undefined>> = {},
  required: readonly string[] = ['id', 'reason', 'lines'],
  more: JsonSchema = {},
): JsonSchema => ({
  type: 'object',
  properties: Object.fromEntries(
    Object.entries({ ...fields, ...other }).flatMap(([name, schema]) => (schema ? [[name, schema]] : [])),
  ),
  required,
  ...more,
});

describe('a reader rejects what a writer', () => {
  it.each<[string, JsonSchema, string, string]>([
    [
      'may write longer',
      message({ method: { type: 'string', maxLength: 60 } }),
      'method',
      'has the maxLength 60, and 40 is accepted',
    ],
    [
      'may write at any length',
      message({ method: { type: 'string' } }),
      'method',
      'has no maxLength, and 40 is accepted',
    ],
    ['may leave out', message({}, ['id', 'lines']), 'reason', 'may be missing, and is required'],
    [
      'does not know any more',
      message({ reason: undefined }, ['id', 'lines']),
      'reason',
      'may be missing, and is required',
    ],
    [
      'adds to an enum',
      message({ reason: { type: 'string', enum: ['late', 'dear', 'gone'] } }),
      'reason',
      'may be "gone", and "late", "dear" are accepted',
    ],
    [
      'writes freely instead of from an enum',
      message({ reason: { type: 'string' } }),
      'reason',
      'may be any value, and "late", "dear" are accepted',
    ],
    [
      'writes in another pattern',
      message({ id: { type: 'string', pattern: '^[a-z]+$' } }),
      'id',
      'has the pattern ^[a-z]+$, and only ^[0-9]+$ is accepted',
    ],
    ['writes in no format', message({ at: { type: 'string' } }), 'at', 'has no format, and only date-time is accepted'],
    [
      'writes in another type',
      message({ method: { type: 'integer', maxLength: 40 } }),
      'method',
      'may be integer, and string is accepted',
    ],
    [
      'writes below a minimum',
      message({ size: { type: 'number', minimum: -1 } }),
      'size',
      'has the minimum -1, and 0 is accepted',
    ],
    [
      'does not check by the same rule',
      message({ even: { type: 'integer' } }),
      'even',
      'need not fulfil isEven, which is checked',
    ],
    [
      'lists more of',
      message({ lines: { ...fields['lines'], maxItems: 9 } }),
      'lines',
      'has the maxItems 9, and 5 is accepted',
    ],
    [
      'lists none of',
      message({ lines: { ...fields['lines'], minItems: 0 } }),
      'lines',
      'has the minItems 0, and 1 is accepted',
    ],
    [
      'raises inside a line',
      message({
        lines: {
          ...fields['lines'],
          items: { ...line, properties: { quantity: { type: 'integer', minimum: 1, maximum: 11 } } },
        },
      }),
      'lines[].quantity',
      'has the maximum 11, and 10 is accepted',
    ],
    [
      'leaves out of a line',
      message({ lines: { ...fields['lines'], items: { ...line, required: [] } } }),
      'lines[].quantity',
      'may be missing, and is required',
    ],
  ])('%s', (_how, writer, field, why) => expect(rejectedValues(message(), writer)).toEqual([{ field, why }]));

  it('adds where other fields are rejected', () =>
    expect(
      rejectedValues(message({}, [], { additionalProperties: false }), message({ tax: { type: 'integer' } }, [])),
    ).toEqual([{ field: 'tax', why: 'is new, and no other fields are accepted' }]));
});

describe('a reader accepts what a writer', () => {
  it.each<[string, JsonSchema]>([
    ['writes by the same rules', message()],
    ['writes in addition', message({ tax: { type: 'integer' } }, ['id', 'reason', 'lines', 'tax'])],
    ['always writes, although it is optional', message({}, ['id', 'reason', 'lines', 'method'])],
    ['does not write, because it is optional', message({ method: undefined })],
    ['writes shorter', message({ method: { type: 'string', maxLength: 9 } })],
    ['takes from fewer values', message({ reason: { type: 'string', enum: ['late'] } })],
    ['writes as an integer instead of a number', message({ size: { type: 'integer', minimum: 1 } })],
    ['checks by one more rule', message({ id: { ...fields['id'], 'x-rules': ['isPrime'] } })],
  ])('%s', (_how, writer) => expect(rejectedValues(message(), writer)).toEqual([]));
});
