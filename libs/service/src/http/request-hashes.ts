import type { Idempotency } from '@tradewind/messaging';
import { bodyHash } from './body-hash.js';

/** What is stored of an idempotent request. The accepting event contains it too, so that a database recovered from events knows the keys. */
export interface RequestHashes {
  readonly keyHash: string;
  readonly bodyHash: string;
}

/** Hashes of the `Idempotency-Key` and of the body. */
export const requestHashes = (key: string, body: unknown): RequestHashes => ({
  keyHash: bodyHash(key),
  bodyHash: bodyHash(body),
});

/** The idempotency claim of a user on a route, for a request and for its recovery. */
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
