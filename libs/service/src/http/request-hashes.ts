import type { Idempotency } from '@tradewind/messaging';
import { bodyHash } from './body-hash.js';

/** What is kept of a request that is done once a key: in the table of keys as in the accepting event, so that a database brought back from events knows as much. */
export interface RequestHashes {
  readonly keyHash: string;
  readonly bodyHash: string;
}

/** Of the `Idempotency-Key` and of what is wanted under it; neither can be told from its hash. */
export const requestHashes = (key: string, body: unknown): RequestHashes => ({
  keyHash: bodyHash(key),
  bodyHash: bodyHash(body),
});

/** The claim of a user on a route, be it at the request or when it is brought back. */
export const claimOf = (scope: string, route: string, { keyHash, bodyHash: hash }: RequestHashes): Idempotency => ({
  scope,
  route,
  key: keyHash,
  bodyHash: hash,
});
