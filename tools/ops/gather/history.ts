import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { ClientCheckout } from '../audit/accepted-by-history.js';
import { CannotReach } from './read-only.js';

interface Seen {
  readonly userId: string;
  by: ClientCheckout['by'];
  /** Attempts without an answer yet, and what the answered ones came to. */
  open: number;
  ok: boolean;
  indeterminate: boolean;
  orderId: string | undefined;
}

/** The checkouts of a client's history, one for each idempotency key. A call that was begun and has no end may have had its effect. */
export async function readHistory(path: string): Promise<ClientCheckout[]> {
  const keys = new Map<string, Seen>();
  let number = 0;
  try {
    for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
      number++;
      if (line !== '') note(JSON.parse(line) as Line, keys);
    }
  } catch (error) {
    throw new CannotReach(
      `the history ${path} can't be used${number > 0 ? ` (line ${number})` : ''}: ${(error as Error).message}`,
      { cause: error },
    );
  }
  return [...keys].map(([key, { userId, by, open, ok, indeterminate, orderId }]) => ({
    key,
    userId,
    by,
    hashes: [key, JSON.stringify(key)].map((text) => createHash('sha256').update(text).digest('hex')),
    seen: ok ? 'ok' : open > 0 || indeterminate ? 'open' : 'none',
    orderId,
  }));
}

interface Line {
  readonly phase?: string;
  readonly op?: string;
  readonly key?: string;
  readonly userId?: string;
  readonly orderId?: string;
  /** Of a call, not of its outcome. */
  readonly path?: string;
}

function note({ phase, op, key, userId, orderId, path }: Line, keys: Map<string, Seen>): void {
  if (op !== 'checkout' || key === undefined || userId === undefined) return;
  const seen = keys.get(key) ?? { userId, by: 'cart', open: 0, ok: false, indeterminate: false, orderId: undefined };
  keys.set(key, seen);
  if (path === '/orders') seen.by = 'order';
  if (phase === 'invoke') seen.open++;
  else if (phase === 'outcome') seen.orderId = orderId;
  else seen.open--;
  seen.ok ||= phase === 'ok';
  seen.indeterminate ||= phase === 'indeterminate';
}
