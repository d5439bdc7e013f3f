import { describe, expect, it } from '@jest/globals';
import { breaksOf } from './breaks.js';
import type { JsonSchema, MessageSchema } from './json-schema.js';

const line: JsonSchema = {
  type: 'object',
  properties: { pieces: { type: 'integer', minimum: 1, maximum: 10 } },
  required: ['pieces'],
};
const fields: Readonly<Record<string, JsonSchema>> = {
  orderId: { type: 'string', pattern: '^[0-9a-f]+$' },
  reason: { type: 'string', enum: ['late', 'dear'] },
  note: { type: 'string', minLength: 1, maxLength: 100 },
  at: { type: 'string', format: 'date-time' },
  lines: { type: 'array', minItems: 1, maxItems: 5, items: line },
};

/** A message with other fields, or other words about it; a field that is set to undefined is gone. */
const message = (
  other: Record<string, JsonSchema | undefined> = {},
  words: Partial<MessageSchema> = {},
): MessageSchema => ({
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  $id: 'urn:tradewind:order.refused:1',
  title: 'OrderRefused',
  'x-type': 'order.refused',
  'x-version': 1,
  'x-topic': 'order.events',
  'x-key': 'orderId',
  type: 'object',
  properties: Object.fromEntries(
    Object.entries({ ...fields, ...other }).flatMap(([name, schema]) => (schema ? [[name, schema]] : [])),
  ),
  required: ['orderId', 'reason', 'at', 'lines'],
  ...words,
});
const required = (...names: string[]): Partial<MessageSchema> => ({ required: names });

describe('a message that is changed without a new version', () => {
  it.each<[string, MessageSchema, string]>([
    [
      'loses a required field',
      message({ at: undefined }, required('orderId', 'reason', 'lines')),
      'at: is gone (removed or renamed)',
    ],
    [
      'demands a new field',
      message({ price: { type: 'integer' } }, required('orderId', 'reason', 'at', 'lines', 'price')),
      'price: is new and required',
    ],
    [
      'demands what was optional',
      message({}, required('orderId', 'reason', 'at', 'lines', 'note')),
      'note: was optional and is required',
    ],
    ['changes a type', message({ note: { type: 'integer' } }), 'note: type was "string" and is integer'],
    [
      'drops a value of an enum',
      message({ reason: { type: 'string', enum: ['late'] } }),
      'reason: "dear" is no longer allowed',
    ],
    [
      'allows only some values now',
      message({ note: { type: 'string', enum: ['a'] } }),
      'note: only ["a"] are allowed now',
    ],
    [
      'lowers a maximal length',
      message({ note: { ...fields['note'], maxLength: 99 } }),
      'note: maxLength was 100 and is 99',
    ],
    [
      'raises a minimal length',
      message({ note: { ...fields['note'], minLength: 2 } }),
      'note: minLength was 1 and is 2',
    ],
    [
      'sets a limit where there was none',
      message({ orderId: { ...fields['orderId'], maxLength: 36 } }),
      'orderId: maxLength was not set and is 36',
    ],
    [
      'changes a pattern',
      message({ orderId: { type: 'string', pattern: '^[0-9]+$' } }),
      'orderId: pattern was "^[0-9a-f]+$" and is "^[0-9]+$"',
    ],
    [
      'asks for a format',
      message({ note: { ...fields['note'], format: 'uri' } }),
      'note: format was not set and is "uri"',
    ],
    ['takes fewer lines', message({ lines: { ...fields['lines'], maxItems: 4 } }), 'lines: maxItems was 5 and is 4'],
    [
      'takes no empty list any more',
      message({ lines: { ...fields['lines'], minItems: 2 } }),
      'lines: minItems was 1 and is 2',
    ],
    [
      'narrows a rule inside a line',
      message({
        lines: {
          ...fields['lines'],
          items: { ...line, properties: { pieces: { type: 'integer', minimum: 2, maximum: 9 } } },
        },
      }),
      'lines[].pieces: maximum was 10 and is 9',
    ],
    [
      'demands something of every line',
      message({ lines: { ...fields['lines'], items: { ...line, required: ['pieces', 'name'] } } }),
      'lines[].name: is new and required',
    ],
    [
      'forbids other fields',
      message({}, { additionalProperties: false }),
      'the message: other fields are no longer allowed',
    ],
    [
      'moves to another topic',
      message({}, { 'x-topic': 'order.news' }),
      'topic was "order.events" and is "order.news"',
    ],
    ['gets another key', message({}, { 'x-key': 'userId' }), 'key was "orderId" and is "userId"'],
    ['becomes a tombstone', message({}, { 'x-tombstone': true }), 'tombstone was not set and is true'],
  ])('breaks when it %s', (_how, now, broken) => expect(breaksOf(message(), now)).toContain(broken));

  it('tells a rename as what it is for a reader: one field gone, one demanded', () =>
    expect(
      breaksOf(
        message(),
        message({ at: undefined, refusedAt: { type: 'string' } }, required('orderId', 'reason', 'refusedAt', 'lines')),
      ),
    ).toEqual(['at: is gone (removed or renamed)', 'refusedAt: is new and required']));

  it.each<[string, MessageSchema]>([
    ['stays as it is', message()],
    ['gets a field that may be missing', message({ price: { type: 'integer', minimum: 0 } })],
    ['loses a field that might have been missing', message({ note: undefined })],
    ['no longer demands a field', message({}, required('orderId', 'reason', 'lines'))],
    ['allows one value more', message({ reason: { type: 'string', enum: ['late', 'dear', 'gone'] } })],
    ['allows any value', message({ reason: { type: 'string' } })],
    ['raises a maximum', message({ note: { ...fields['note'], maxLength: 200 } })],
    ['drops its limits', message({ note: { type: 'string' }, orderId: { type: 'string' }, at: { type: 'string' } })],
    ['takes more lines', message({ lines: { ...fields['lines'], minItems: 0, maxItems: 6 } })],
    ['has another class name', message({}, { title: 'Refused' })],
  ])('breaks nothing when it %s', (_how, now) => expect(breaksOf(message(), now)).toEqual([]));
});
