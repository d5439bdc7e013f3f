import { createReadStream, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';
import { shippedMonth } from '../../../tools/shop/shipped-month.js';

/** Writes the first invoices of the shipped month to a CSV file in the folder, and returns its path. */
export async function excerptOf(invoices: number, folder: string): Promise<string> {
  const file = join(folder, `first-${invoices}-invoices.csv`);
  const lines: string[] = [];
  const seen = new Set<string>();
  const input = createReadStream(shippedMonth).pipe(createGunzip());
  for await (const line of createInterface({ input })) {
    if (lines.length > 0) seen.add(line.slice(0, line.indexOf(',')));
    if (seen.size > invoices) break;
    lines.push(line);
  }
  writeFileSync(file, `${lines.join('\n')}\n`);
  return file;
}
