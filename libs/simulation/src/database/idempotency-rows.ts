import type { Idempotency } from '@tradewind/messaging';
import type { ClaimResult, IdempotencyClaim } from '@tradewind/messaging/internals';
import type { DatabaseTransaction } from './database-transaction.js';
import { jsonbOf } from './jsonb.js';
import { LockedRows } from './locked-rows.js';

export interface StoredClaim extends Idempotency {
  readonly answer: string | undefined;
  readonly claimedAt: number;
}

const nameOf = ({ scope, route, key }: { scope: string; route: string; key: string }): string =>
  JSON.stringify([scope, route, key]);

/** Idempotency keys and their answers. */
export class IdempotencyRows {
  readonly #rows = new LockedRows<StoredClaim>('msg_idempotency');

  /** Claims the keys in sorted order, waiting for concurrent transactions; returns the names of the new ones. */
  async claim(transaction: DatabaseTransaction, claims: readonly IdempotencyClaim[]): Promise<Set<string>> {
    const newClaims = new Set<string>();
    for (const { at, ...claim } of [...claims].sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1))) {
      if (
        await transaction.insertIfNew(this.#rows, nameOf(claim), {
          ...claim,
          answer: undefined,
          claimedAt: at.getTime(),
        })
      )
        newClaims.add(nameOf(claim));
    }
    return newClaims;
  }

  answers(
    transaction: DatabaseTransaction,
    claims: readonly Idempotency[],
    newClaims: ReadonlySet<string>,
  ): ClaimResult[] {
    return claims.map((claim) => {
      if (newClaims.has(nameOf(claim))) return { isNew: true };
      const { bodyHash, answer } = this.#rows.read(nameOf(claim), transaction)!;
      return { isNew: false, bodyHash, answer: answer === undefined ? null : (JSON.parse(answer) as unknown) };
    });
  }

  async unclaim(transaction: DatabaseTransaction, claims: readonly Idempotency[]): Promise<void> {
    for (const claim of claims) await transaction.update(this.#rows, nameOf(claim), () => undefined);
  }

  async saveAnswers(
    transaction: DatabaseTransaction,
    answers: readonly { readonly claim: Idempotency; readonly answer: string }[],
  ): Promise<void> {
    for (const { claim, answer } of answers)
      await transaction.update(this.#rows, nameOf(claim), (row) => ({ ...row, answer }));
  }

  /** Keys in the order of the walk that prunes them. */
  candidates(): { key: string; claimedAt: number }[] {
    return [...this.#rows.all()].map(([key, { claimedAt }]) => ({ key, claimedAt }));
  }

  async remove(transaction: DatabaseTransaction, key: string): Promise<void> {
    await transaction.update(this.#rows, key, () => undefined);
  }

  committed(): StoredClaim[] {
    return [...this.#rows.all()].map(([, row]) => ({ ...row }));
  }
}

export const storedAnswer = (answer: unknown): string => jsonbOf(answer ?? null);
