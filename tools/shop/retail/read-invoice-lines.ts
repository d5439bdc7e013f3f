import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import { isNativeError } from 'node:util/types';
import { createGunzip } from 'node:zlib';
import { CsvError, parse } from 'csv-parse';
import { checkHeader, NotOfTheShape, readLine, type InvoiceLine } from './invoice-line.js';

/**
 * Streams the rows of a `.csv` or `.csv.gz` file. Throws NotOfTheShape at the first row that is not of the shape,
 * and an Error that names the file when it can't be read or holds no row.
 */
export async function* readInvoiceLines(file: string): AsyncGenerator<InvoiceLine, void, undefined> {
  // The record's size is bounded: a quote that is never closed would otherwise swallow the whole file.
  const parser = parse({
    bom: true,
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: 64 * 1024,
  });
  const source = createReadStream(file);
  const done = (): void => undefined; // the parser, destroyed with the error, throws it to the loop below
  if (file.endsWith('.gz')) pipeline(source, createGunzip(), parser, done);
  else pipeline(source, parser, done);
  let header = false;
  let rows = 0;
  try {
    for await (const { record, info } of parser as AsyncIterable<{ record: string[]; info: { lines: number } }>) {
      if (!header) {
        checkHeader(record, info.lines);
        header = true;
      } else {
        rows++;
        yield readLine(record, info.lines);
      }
    }
    if (!header) throw new NotOfTheShape(1, 'a header', '');
    if (rows === 0) throw new NotOfTheShape(2, 'at least one invoice line', '');
  } catch (error) {
    throw explained(file, error);
  }
}

function explained(file: string, error: unknown): unknown {
  if (error instanceof CsvError)
    return new Error(`${file}: line ${String(error['lines'])}: expected CSV as RFC 4180 says: ${error.message}`, {
      cause: error,
    });
  if (error instanceof NotOfTheShape) return new Error(`${file}: ${error.message}`, { cause: error });
  if (!isNativeError(error) || !('code' in error)) return error;
  if (error.code === 'ENOENT')
    return new Error(`${file}: there is no such file. Name a .csv or .csv.gz file of invoice lines.`, { cause: error });
  if (String(error.code).startsWith('Z_'))
    return new Error(`${file}: expected gzipped CSV, as its name says: ${error.message}`, { cause: error });
  return new Error(`${file} can't be read: ${error.message}`, { cause: error });
}
