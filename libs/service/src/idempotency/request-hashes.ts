import type { Idempotency } from '@tradewind/messaging';
import { bodyHash } from './body-hash.js';

/** What is stored of an idempotent request. The accepting event contains it too, so that a database recovered from events knows the keys. */
export interface RequestHashes {
  readonly keyHash: string;
  readonly bodyHash: string;
}

/** Hashes of the `Idempotency-Key` and of a body without personal data. A body with personal data: `Sealer.requestHashes`. */
export const requestHashes = (key: string, body: unknown): RequestHashes => ({
  keyHash: bodyHash(key),
  bodyHash: bodyHash(body),
});

/**
 * The idempotency claim of a scope on a route, for a request and for its recovery. The scope is the buyer, for what buyers do for themselves, or the object
 * of the operation, for what several members of staff may do: the same key must not take effect once for each of them.
 */
export const idempotencyClaim = (
  scope: string,
  route: string,
  { keyHash, bodyHash: hash }: RequestHashes,
): Idempotency => ({
  scope,
  route,
  key: keyHash,
  bodyHash: hash,
});
