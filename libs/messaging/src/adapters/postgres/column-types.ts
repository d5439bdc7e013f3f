import type pg from 'pg';
import { init } from 'pg-types/lib/textParsers.js';

type Parse = (text: string) => unknown;

const parsers = new Map<number, Parse>();
init((oid, parse) => parsers.set(Number(oid), parse));
const asText: Parse = (text) => text;

/**
 * How the library reads columns: as pg does by default, whatever parsers the program has set in `pg.types`. A program that reads
 * `bigint` as a number, or times as text, changes nothing in the library.
 */
export const columnTypes: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: string) =>
    format === 'binary' ? unsupported : (parsers.get(oid) ?? asText)) as pg.CustomTypesConfig['getTypeParser'],
};

const unsupported = (): never => {
  throw new TypeError('the library reads columns as text only');
};
