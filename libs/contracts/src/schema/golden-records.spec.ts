import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { messageInfo, readMessage } from '@tradewind/messaging/message';
import { contracts } from '../index.js';
import type { MessageSchema } from './json-schema.js';

/** A record as it was published when its version was current. Never edited: such records must stay readable. */
interface GoldenRecord {
  readonly topic: string;
  readonly key: string;
  readonly type: string;
  readonly version: number;
  /** Null for a tombstone. */
  readonly value: Readonly<Record<string, unknown>> | null;
}

const filesOf = <T>(folder: string): ReadonlyMap<string, T> => {
  const url = new URL(`../../${folder}/`, import.meta.url);
  return new Map(readdirSync(url).map((file) => [file, JSON.parse(readFileSync(new URL(file, url), 'utf8')) as T]));
};
const schemas = filesOf<MessageSchema>('schemas');
const records = filesOf<GoldenRecord>('records');

const everyVersion = contracts.classes
  .map(messageInfo)
  .flatMap(({ type, version }) => Array.from({ length: version }, (_, before) => `${type}.v${before + 1}.json`));
const isCurrent = ({ type, version }: GoldenRecord): boolean => contracts.find(type)!.info.version === version;

const fieldsOf = ({ type, key, value }: GoldenRecord): Readonly<Record<string, unknown>> =>
  value ?? { [contracts.find(type)!.info.key]: key };
const readCurrent = (record: GoldenRecord): Record<string, unknown> =>
  readMessage(contracts.find(record.type)!.cls, fieldsOf(record), record.version) as Record<string, unknown>;

describe('the golden records', () => {
  it('are one for every version of every message', () =>
    expect([...records.keys()].sort()).toEqual(everyVersion.sort()));
});

describe.each([...records])('the record %s', (file, record) => {
  const schema = schemas.get(file)!;

  it('has the topic, type and version of its schema', () =>
    expect({ topic: record.topic, type: record.type, version: record.version }).toEqual({
      topic: schema['x-topic'],
      type: schema['x-type'],
      version: schema['x-version'],
    }));

  it('has every field of its version', () =>
    expect(Object.keys(fieldsOf(record)).sort()).toEqual(Object.keys(schema.properties ?? {}).sort()));

  it('has a value unless its message is a tombstone', () =>
    expect(record.value === null).toBe(schema['x-tombstone'] ?? false));

  it('is read by the current class, with the same key', () => {
    const { cls, info } = contracts.find(record.type)!;
    expect(readCurrent(record)).toBeInstanceOf(cls);
    expect(readCurrent(record)).toHaveProperty(info.key, record.key);
  });
});

describe.each([...records].filter(([, record]) => isCurrent(record)))(
  'the record %s, of the current version',
  (_file, record) => {
    it('is read without loss', () => expect(JSON.parse(JSON.stringify(readCurrent(record)))).toEqual(fieldsOf(record)));
  },
);
