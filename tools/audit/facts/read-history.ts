import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { ClientCheckout } from '../invariants/client-history.js';
import { SourceUnavailable } from './snapshot.js';

interface Calls {
  readonly userId: string;
  by: ClientCheckout['by'];
  /** Attempts without an answer so far. */
  unanswered: number;
  accepted: boolean;
  indeterminate: boolean;
  orderId: string | undefined;
}

/** The checkouts in a client's history, one for each idempotency key. A call without an answer may have taken effect. */
export async function readHistory(path: string): Promise<ClientCheckout[]> {
  const keys = new Map<string, Calls>();
  let number = 0;
  try {
    for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
      number++;
      if (line !== '') addEntry(JSON.parse(line) as Entry, keys);
    }
  } catch (error) {
    throw new SourceUnavailable(
      `the history ${path} can't be used${number > 0 ? ` (line ${number})` : ''}: ${(error as Error).message}`,
      { cause: error },
    );
  }
  return [...keys].map(([key, { userId, by, unanswered, accepted, indeterminate, orderId }]) => ({
    key,
    userId,
    by,
    hashes: [key, JSON.stringify(key)].map((text) => createHash('sha256').update(text).digest('hex')),
    result: accepted ? 'accepted' : unanswered > 0 || indeterminate ? 'unknown' : 'refused',
    orderId,
  }));
}

interface Entry {
  readonly phase?: string;
  readonly op?: string;
  readonly key?: string;
  readonly userId?: string;
  readonly orderId?: string;
  /** Of a call, not of its outcome. */
  readonly path?: string;
}

function addEntry({ phase, op, key, userId, orderId, path }: Entry, keys: Map<string, Calls>): void {
  if (op !== 'checkout' || key === undefined || userId === undefined) return;
  const calls = keys.get(key) ?? {
    userId,
    by: 'cart',
    unanswered: 0,
    accepted: false,
    indeterminate: false,
    orderId: undefined,
  };
  keys.set(key, calls);
  if (path === '/orders') calls.by = 'order';
  if (phase === 'invoke') calls.unanswered++;
  else if (phase === 'outcome') calls.orderId = orderId;
  else calls.unanswered--;
  calls.accepted ||= phase === 'ok';
  calls.indeterminate ||= phase === 'indeterminate';
}
