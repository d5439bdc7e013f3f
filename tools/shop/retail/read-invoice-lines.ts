import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import { isNativeError } from 'node:util/types';
import { createGunzip } from 'node:zlib';
import { CsvError, parse } from 'csv-parse';
import { checkHeader, InvalidInvoiceFile, readLine, type InvoiceLine } from './invoice-line.js';

/**
 * Streams the rows of a `.csv` or `.csv.gz` file. Throws an Error with the file's name, and the line of the first invalid row, when
 * the file cannot be read, has no row, or has an invalid one.
 */
export async function* readInvoiceLines(file: string): AsyncGenerator<InvoiceLine, void, undefined> {
  // The record size is limited: an unclosed quote would otherwise make the rest of the file one record.
  const parser = parse({
    bom: true,
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: 64 * 1024,
  });
  const source = createReadStream(file);
  const ignoreError = (): void => undefined; // the loop below gets the error from the parser
  if (file.endsWith('.gz')) pipeline(source, createGunzip(), parser, ignoreError);
  else pipeline(source, parser, ignoreError);
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
    if (!header) throw new InvalidInvoiceFile(1, 'a header', '');
    if (rows === 0) throw new InvalidInvoiceFile(2, 'at least one invoice line', '');
  } catch (error) {
    throw withFileName(file, error);
  }
}

function withFileName(file: string, error: unknown): unknown {
  if (error instanceof CsvError)
    return new Error(`${file}: line ${String(error['lines'])}: expected CSV (RFC 4180): ${error.message}`, {
      cause: error,
    });
  if (error instanceof InvalidInvoiceFile) return new Error(`${file}: ${error.message}`, { cause: error });
  if (!isNativeError(error) || !('code' in error)) return error;
  if (error.code === 'ENOENT')
    return new Error(`${file}: the file does not exist; expected a .csv or .csv.gz file of invoice lines`, {
      cause: error,
    });
  if (String(error.code).startsWith('Z_'))
    return new Error(`${file}: expected gzipped CSV: ${error.message}`, { cause: error });
  return new Error(`${file} can't be read: ${error.message}`, { cause: error });
}
