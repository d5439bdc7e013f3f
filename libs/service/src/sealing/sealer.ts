import type { UserId } from '@tradewind/kernel';

/** Seals personal data under its owner's data key, and opens it again. */
export abstract class Sealer {
  /** Waits up to 2 s for a data key that has not arrived, then rejects with Transient. Rejects with Forgotten when the key was destroyed. */
  abstract seal(userId: UserId, clear: string): Promise<string>;
  /** Null: the person was forgotten, the text is erased. Rejects with Transient while the key has not arrived. */
  abstract unseal(sealed: string): Promise<string | null>;
  /** The look-up value of a text, the same every time: for `unique` and `where` on what is kept sealed. Normalise the text first. */
  abstract blindIndex(text: string): string;
}
