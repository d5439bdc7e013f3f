import type { Claimed, Idempotency, IdempotencyClaim } from '@tradewind/messaging';
import type { DatabaseTransaction } from './database-transaction.js';
import { jsonbOf } from './jsonb.js';
import { LockedRows } from './locked-rows.js';

export interface KeptClaim extends Idempotency {
  readonly answer: string | undefined;
}

const nameOf = ({ scope, route, key }: { scope: string; route: string; key: string }): string =>
  JSON.stringify([scope, route, key]);

/** Idempotency keys and what was answered. */
export class IdempotencyRows {
  readonly #rows = new LockedRows<KeptClaim>('msg_idempotency');

  /** Claims them in their order, waiting for a twin's transaction each; the names of those that were free. */
  async claim(transaction: DatabaseTransaction, claims: readonly IdempotencyClaim[]): Promise<Set<string>> {
    const fresh = new Set<string>();
    for (const { at: _at, ...claim } of [...claims].sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1))) {
      if (await transaction.insertIfNew(this.#rows, nameOf(claim), { ...claim, answer: undefined }))
        fresh.add(nameOf(claim));
    }
    return fresh;
  }

  answers(transaction: DatabaseTransaction, claims: readonly Idempotency[], fresh: ReadonlySet<string>): Claimed[] {
    return claims.map((claim) => {
      if (fresh.has(nameOf(claim))) return { fresh: true };
      const { bodyHash, answer } = this.#rows.read(nameOf(claim), transaction)!;
      return { fresh: false, bodyHash, answer: answer === undefined ? null : (JSON.parse(answer) as unknown) };
    });
  }

  async unclaim(transaction: DatabaseTransaction, claims: readonly Idempotency[]): Promise<void> {
    for (const claim of claims) await transaction.update(this.#rows, nameOf(claim), () => undefined);
  }

  async keepAnswers(
    transaction: DatabaseTransaction,
    answers: readonly { readonly claim: Idempotency; readonly answer: string }[],
  ): Promise<void> {
    for (const { claim, answer } of answers)
      await transaction.update(this.#rows, nameOf(claim), (row) => ({ ...row, answer }));
  }

  committed(): KeptClaim[] {
    return [...this.#rows.all()].map(([, row]) => ({ ...row }));
  }
}

export const keptAnswer = (answer: unknown): string => jsonbOf(answer ?? null);
