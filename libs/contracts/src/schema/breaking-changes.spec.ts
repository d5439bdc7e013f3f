import { describe, expect, it } from '@jest/globals';
import type { JsonSchema } from '@tradewind/messaging/message';
import { breakingChangesOf } from './breaking-changes.js';
import type { MessageSchema } from './json-schema.js';

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

/** A message with other fields or other keywords; a field that is undefined is removed. */
const message = (
  other: Record<string, JsonSchema | undefined> = {},
  keywords: Partial<MessageSchema> = {},
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
  ...keywords,
});
const required = (...names: string[]): Partial<MessageSchema> => ({ required: names });

describe('a message that changes without a new version', () => {
  it.each<[string, MessageSchema, string]>([
    [
      'loses a required field',
      message({ at: undefined }, required('orderId', 'reason', 'lines')),
      'at: is gone (removed or renamed)',
    ],
    [
      'gets a new required field',
      message({ price: { type: 'integer' } }, required('orderId', 'reason', 'at', 'lines', 'price')),
      'price: is new and required',
    ],
    [
      'requires an optional field',
      message({}, required('orderId', 'reason', 'at', 'lines', 'note')),
      'note: was optional and is required',
    ],
    ['changes a type', message({ note: { type: 'integer' } }), 'note: type was "string" and is integer'],
    [
      'drops a value of an enum',
      message({ reason: { type: 'string', enum: ['late'] } }),
      'reason: "dear" is no longer allowed',
    ],
    ['gets an enum', message({ note: { type: 'string', enum: ['a'] } }), 'note: only ["a"] are allowed now'],
    [
      'lowers a maximum length',
      message({ note: { ...fields['note'], maxLength: 99 } }),
      'note: maxLength was 100 and is 99',
    ],
    [
      'raises a minimum length',
      message({ note: { ...fields['note'], minLength: 2 } }),
      'note: minLength was 1 and is 2',
    ],
    [
      'gets a new limit',
      message({ orderId: { ...fields['orderId'], maxLength: 36 } }),
      'orderId: maxLength was not set and is 36',
    ],
    [
      'changes a pattern',
      message({ orderId: { type: 'string', pattern: '^[0-9]+$' } }),
      'orderId: pattern was "^[0-9a-f]+$" and is "^[0-9]+$"',
    ],
    ['gets a format', message({ note: { ...fields['note'], format: 'uri' } }), 'note: format was not set and is "uri"'],
    ['allows fewer lines', message({ lines: { ...fields['lines'], maxItems: 4 } }), 'lines: maxItems was 5 and is 4'],
    ['requires more lines', message({ lines: { ...fields['lines'], minItems: 2 } }), 'lines: minItems was 1 and is 2'],
    [
      'gets a stricter rule inside a line',
      message({
        lines: {
          ...fields['lines'],
          items: { ...line, properties: { pieces: { type: 'integer', minimum: 2, maximum: 9 } } },
        },
      }),
      'lines[].pieces: maximum was 10 and is 9',
    ],
    [
      'requires a new field of every line',
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
      message({}, { 'x-topic': 'order.other' }),
      'topic was "order.events" and is "order.other"',
    ],
    ['gets another key', message({}, { 'x-key': 'userId' }), 'key was "orderId" and is "userId"'],
    ['becomes a tombstone', message({}, { 'x-tombstone': true }), 'tombstone was not set and is true'],
  ])('has a breaking change when it %s', (_how, now, change) =>
    expect(breakingChangesOf(message(), now)).toContain(change),
  );

  it('reports a rename as a removed field and a new required field', () =>
    expect(
      breakingChangesOf(
        message(),
        message({ at: undefined, refusedAt: { type: 'string' } }, required('orderId', 'reason', 'refusedAt', 'lines')),
      ),
    ).toEqual(['at: is gone (removed or renamed)', 'refusedAt: is new and required']));

  it.each<[string, MessageSchema]>([
    ['does not change', message()],
    ['gets an optional field', message({ price: { type: 'integer', minimum: 0 } })],
    ['loses an optional field', message({ note: undefined })],
    ['no longer requires a field', message({}, required('orderId', 'reason', 'lines'))],
    ['allows one more value', message({ reason: { type: 'string', enum: ['late', 'dear', 'gone'] } })],
    ['allows any value', message({ reason: { type: 'string' } })],
    ['raises a maximum', message({ note: { ...fields['note'], maxLength: 200 } })],
    ['drops its limits', message({ note: { type: 'string' }, orderId: { type: 'string' }, at: { type: 'string' } })],
    ['allows more lines', message({ lines: { ...fields['lines'], minItems: 0, maxItems: 6 } })],
    ['has another class name', message({}, { title: 'Refused' })],
  ])('has no breaking change when it %s', (_how, now) => expect(breakingChangesOf(message(), now)).toEqual([]));
});
