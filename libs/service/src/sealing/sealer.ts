import type { UserId } from '@tradewind/contracts';
import type { SealedPlace } from './seal.js';
import type { RequestHashes } from '../idempotency/index.js';

/** Seals personal data with its owner's data key, and unseals it. */
export abstract class Sealer {
  /** Waits up to 2 s for a data key that has not arrived, then rejects with Transient. Rejects with Forgotten if the key was destroyed. */
  abstract seal(userId: UserId, place: SealedPlace, clear: string): Promise<string>;
  /** Null: the person was forgotten, the text is erased. Rejects with Transient while the key has not arrived. */
  abstract unseal(place: SealedPlace, sealed: string): Promise<string | null>;
  /**
   * What is stored of an idempotent request whose body has personal data. The hash of the body is keyed with the owner's data key: without
   * it, an address could be found by trying all addresses, also after the owner was forgotten. Rejects like `seal`.
   */
  abstract requestHashes(userId: UserId, key: string, body: unknown): Promise<RequestHashes>;
}
