import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { columns, type InvoiceLine } from './invoice-line.js';
import { readInvoiceLines } from './read-invoice-lines.js';

const header = columns.join();
const row = '536365,85123A,"HEART, ""WHITE""",6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom';

let folder: string;
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'invoice-lines-'))));
afterAll(() => rm(folder, { recursive: true }));

async function read(name: string, content: string | Buffer): Promise<InvoiceLine[]> {
  const file = join(folder, name);
  await writeFile(file, content);
  const lines: InvoiceLine[] = [];
  for await (const line of readInvoiceLines(file)) lines.push(line);
  return lines;
}

describe('a valid file', () => {
  it('is read with quoted fields, a byte order mark, Windows line ends and a blank line at the end', async () =>
    expect(await read('a.csv', `\uFEFF${header}\r\n${row}\r\n${row}\r\n\r\n`)).toMatchObject([
      { line: 2, description: 'HEART, "WHITE"' },
      { line: 3 },
    ]));

  it('is read gzipped', async () => expect(await read('a.csv.gz', gzipSync(`${header}\n${row}\n`))).toHaveLength(1));
});

describe('an invalid file', () => {
  it.each([
    ['is empty', '', 'line 1: expected a header'],
    ['has no row', `${header}\n`, 'line 2: expected at least one invoice line'],
    ['has no header', `${row}\n`, 'line 1: expected the header'],
    ['has a row with a column too many', `${header}\n${row}\n${row},x\n`, 'line 3: expected 8 columns'],
    [
      'has a bad quantity',
      `${header}\n${row}\n${row}\n${row.replace(',6,', ',six,')}\n`,
      'line 4: expected a whole number of at most nine digits as Quantity, found "six"',
    ],
    ['never closes a quote', `${header}\n${row}\n"${row}\n`, 'line 3: expected CSV'],
    ['never closes a quote and is long', `${header}\n${row}\n"${'x'.repeat(200_000)}`, 'expected CSV'],
    ['is binary', Buffer.from([0xff, 0xfe, 0x00, 0x0a]), 'line 1: expected the header'],
  ])('is rejected with file and line when it %s', async (_, content, message) => {
    await expect(read('bad.csv', content)).rejects.toThrow('bad.csv: line');
    await expect(read('bad.csv', content)).rejects.toThrow(message);
  });

  it('is rejected when it has the name of a gzip but is none', async () =>
    expect(read('plain.csv.gz', `${header}\n${row}\n`)).rejects.toThrow('plain.csv.gz: expected gzipped CSV'));

  it('is rejected when the gzip is incomplete', async () =>
    expect(read('cut.csv.gz', gzipSync(`${header}\n${`${row}\n`.repeat(500)}`).subarray(0, 100))).rejects.toThrow(
      'cut.csv.gz: expected gzipped CSV',
    ));

  it('is rejected with a hint when it does not exist', async () =>
    expect(readInvoiceLines(join(folder, 'none.csv')).next()).rejects.toThrow('the file does not exist'));

  it('is rejected when it is a folder', async () =>
    expect(readInvoiceLines(folder).next()).rejects.toThrow("can't be read"));
});
