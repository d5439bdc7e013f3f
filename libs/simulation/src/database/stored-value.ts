import { isUuid } from '@tradewind/kernel';
import type { Column, ColumnType } from '@tradewind/messaging/internals';
import { DatabaseError } from './database-error.js';
import { jsonbOf } from './jsonb.js';

interface Conversion {
  readonly store: (value: unknown) => unknown;
  readonly load: (stored: unknown) => unknown;
}

const identity = (stored: unknown): unknown => stored;

const invalidInput = (code: string, type: string, value: unknown): DatabaseError =>
  new DatabaseError(code, `invalid input for type ${type}: ${String(value)}`);

const integer =
  (type: string, max: number) =>
  (value: unknown): number => {
    const number = Number(value);
    if (!Number.isInteger(number)) throw invalidInput('22P02', type, value);
    if (number > max || number < -max - 1) throw invalidInput('22003', type, value);
    return number;
  };

const text = (value: unknown): string => {
  const stored = String(value);
  if (stored.includes('\0')) throw invalidInput('22021', 'text', 'a NUL character');
  return stored;
};

const matching =
  (type: string, pattern: RegExp) =>
  (value: unknown): string => {
    if (!pattern.test(String(value))) throw invalidInput('22P02', type, value);
    return String(value);
  };

const float = (value: unknown): number => {
  const number = Number(value);
  if (Number.isNaN(number) && String(value) !== 'NaN') throw invalidInput('22P02', 'float8', value);
  return number;
};

export const uuidOf = (value: unknown): string => {
  const stored = String(value).toLowerCase();
  if (!isUuid(stored)) throw invalidInput('22P02', 'uuid', value);
  return stored;
};

const int8 = integer('int8', Number.MAX_SAFE_INTEGER);
const asText: Conversion = { store: text, load: identity };
const time: Conversion = {
  store: (value) => Date.parse((value as Date).toISOString()),
  load: (stored) => new Date(stored as number),
};
const json: Conversion = { store: jsonbOf, load: (stored) => JSON.parse(stored as string) as unknown };

const conversions: Record<ColumnType, Conversion> = {
  uuid: { store: uuidOf, load: identity },
  text: asText,
  char: asText,
  enum: asText,
  int2: { store: integer('int2', 2 ** 15 - 1), load: identity },
  int4: { store: integer('int4', 2 ** 31 - 1), load: identity },
  int8: { store: int8, load: identity },
  'int8-string': { store: matching('int8', /^-?\d{1,19}$/), load: identity },
  numeric: { store: matching('numeric', /^-?\d+(\.\d+)?$/), load: identity },
  float4: { store: (value) => Math.fround(float(value)), load: identity },
  float8: { store: float, load: identity },
  bool: { store: Boolean, load: identity },
  date: { store: matching('date', /^\d{4}-\d\d-\d\d$/), load: identity },
  time: { store: matching('time', /^\d\d:\d\d(:\d\d(\.\d+)?)?$/), load: identity },
  timestamp: time,
  timestamptz: time,
  json,
  jsonb: json,
  bytea: { store: (value) => Buffer.from(value as Buffer), load: (stored) => Buffer.from(stored as Buffer) },
  money: {
    store: (value) =>
      Object.freeze({
        amount: int8((value as { amount: unknown }).amount),
        currency: text((value as { currency: unknown }).currency),
      }),
    load: (stored) => ({ ...(stored as object) }),
  },
};

const elements =
  (convert: (value: unknown) => unknown) =>
  (values: unknown): unknown =>
    (values as readonly unknown[]).map((value) => (value === null ? null : convert(value)));

/** The stored value of a property; undefined for NULL. */
export function storedValue({ type, array, transformer, nullable = false }: Column, property: unknown): unknown {
  const value = transformer ? transformer.to(property) : property;
  if (value === undefined || (value === null && (nullable || !(type === 'json' || type === 'jsonb')))) return undefined;
  const { store } = conversions[type];
  return (array ? elements(store) : store)(value);
}

/** The property of a stored value; undefined for an absent one. */
export function loadedValue({ type, array, transformer, nullable = false }: Column, stored: unknown): unknown {
  const { load } = conversions[type];
  const value = stored === undefined ? null : (array ? elements(load) : load)(stored);
  const property = transformer ? transformer.from(value) : value;
  return stored === undefined && property === null && !nullable ? undefined : property;
}
