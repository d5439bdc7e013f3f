import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { ProviderOperation } from '../audit/books.js';
import { CannotReach } from './read-only.js';

/** Money that moved, as those who hold it wrote it down: takes and refunds. Everything else of the log moved nothing. */
export async function readProviderLog(path: string): Promise<ProviderOperation[]> {
  const operations: ProviderOperation[] = [];
  let number = 0;
  let torn: Error | undefined;
  try {
    for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
      if (torn) throw torn;
      number++;
      torn = read(line, number, operations);
    }
  } catch (error) {
    throw new CannotReach(`the provider's log can't be used: ${(error as Error).message}`, { cause: error });
  }
  return operations;
}

/** A line that can't be read is an error unless it is the last: a crash may have torn it, and then it was never answered. */
function read(line: string, number: number, operations: ProviderOperation[]): Error | undefined {
  if (line === '') return undefined;
  try {
    const { operation, key, amount, currency, takeKey } = JSON.parse(line) as Record<string, unknown>;
    if (operation !== 'take' && operation !== 'refund') return undefined;
    if (typeof key !== 'string' || !Number.isSafeInteger(amount) || typeof currency !== 'string')
      throw new Error('key, amount or currency is missing');
    if (operation === 'refund' && typeof takeKey !== 'string') throw new Error('takeKey is missing');
    operations.push({
      kind: operation,
      key,
      takeKey: operation === 'take' ? key : (takeKey as string),
      amount: amount as number,
      currency,
    });
    return undefined;
  } catch (error) {
    return new Error(`line ${number}: ${(error as Error).message}`);
  }
}
