import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { ProviderOperation } from '../invariants/books.js';
import { SourceUnavailable } from './snapshot.js';

/** The takes and refunds in the provider's own log. Its other operations move no money. */
export async function readProviderLog(path: string): Promise<ProviderOperation[]> {
  const operations: ProviderOperation[] = [];
  let number = 0;
  let invalid: Error | undefined;
  try {
    for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
      if (invalid) throw invalid;
      number++;
      invalid = readLine(line, number, operations);
    }
  } catch (error) {
    throw new SourceUnavailable(`the provider's log can't be used: ${(error as Error).message}`, { cause: error });
  }
  return operations;
}

/** Returns the error of an invalid line. The last line may be invalid: a crash cut it off, and the operation was not answered. */
function readLine(line: string, number: number, operations: ProviderOperation[]): Error | undefined {
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
      amount: BigInt(amount as number),
      currency,
    });
    return undefined;
  } catch (error) {
    return new Error(`line ${number}: ${(error as Error).message}`);
  }
}
