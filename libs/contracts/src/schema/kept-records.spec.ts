import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { messageInfo, readMessage } from '@tradewind/messaging/contract';
import { contracts } from '../index.js';
import type { MessageSchema } from './json-schema.js';

/** A record as it lay on its topic when its version was the current one. It is never edited: records like it are read again for ever. */
interface KeptRecord {
  readonly topic: string;
  readonly key: string;
  readonly type: string;
  readonly version: number;
  /** Null is a tombstone: the key says it all. */
  readonly value: Readonly<Record<string, unknown>> | null;
}

const filesOf = <T>(folder: string): ReadonlyMap<string, T> => {
  const url = new URL(`../../${folder}/`, import.meta.url);
  return new Map(readdirSync(url).map((file) => [file, JSON.parse(readFileSync(new URL(file, url), 'utf8')) as T]));
};
const schemas = filesOf<MessageSchema>('schemas');
const records = filesOf<KeptRecord>('records');

const everyVersion = contracts.classes
  .map(messageInfo)
  .flatMap(({ type, version }) => Array.from({ length: version }, (_, before) => `${type}.v${before + 1}.json`));
const isOfToday = ({ type, version }: KeptRecord): boolean => contracts.find(type)!.info.version === version;

const saidBy = ({ type, key, value }: KeptRecord): Readonly<Record<string, unknown>> =>
  value ?? { [contracts.find(type)!.info.key]: key };
const readToday = (record: KeptRecord): Record<string, unknown> =>
  readMessage(contracts.find(record.type)!.cls, saidBy(record), record.version) as Record<string, unknown>;

describe('the records that are kept', () => {
  it('are one of every version of every message', () =>
    expect([...records.keys()].sort()).toEqual(everyVersion.sort()));
});

describe.each([...records])('the record %s', (file, record) => {
  const schema = schemas.get(file)!;

  it('lies where its readers look for it', () =>
    expect({ topic: record.topic, type: record.type, version: record.version }).toEqual({
      topic: schema['x-topic'],
      type: schema['x-type'],
      version: schema['x-version'],
    }));

  it('says everything that its version can say', () =>
    expect(Object.keys(saidBy(record)).sort()).toEqual(Object.keys(schema.properties ?? {}).sort()));

  it('has a value unless its message is a tombstone', () =>
    expect(record.value === null).toBe(schema['x-tombstone'] ?? false));

  it('is read by the class of today, under the same key', () => {
    const { cls, info } = contracts.find(record.type)!;
    expect(readToday(record)).toBeInstanceOf(cls);
    expect(readToday(record)).toHaveProperty(info.key, record.key);
  });
});

describe.each([...records].filter(([, record]) => isOfToday(record)))(
  'the record %s, of the current version',
  (_file, record) => {
    it('has lost nothing when it is read', () =>
      expect(JSON.parse(JSON.stringify(readToday(record)))).toEqual(saidBy(record)));
  },
);
