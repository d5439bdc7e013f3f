import type { Entry } from './entry.js';

interface Amount {
  readonly amount: number;
  readonly currency: string;
}

export interface Taken extends Amount {
  readonly status: 'taken';
  readonly key: string;
  readonly method: string;
  readonly reference: string;
  /** The amount refunded so far. */
  readonly refunded: number;
}

export interface Declined extends Amount {
  readonly status: 'declined';
  readonly key: string;
  readonly method: string;
  readonly reason: string;
}

export interface Refunded extends Amount {
  readonly status: 'refunded';
  readonly key: string;
  readonly takeKey: string;
  readonly reference: string;
}

export interface Voided {
  readonly status: 'voided';
  readonly key: string;
}

export type Operation = Taken | Declined | Refunded | Voided;

/** The provider's operations in memory, built from its log. One operation per key, of any kind. */
export class OperationStore {
  readonly #operations = new Map<string, Operation>();

  get size(): number {
    return this.#operations.size;
  }

  find(key: string): Operation | undefined {
    return this.#operations.get(key);
  }

  /** Applies one entry of the log. Throws an Error if it contradicts the entries before it. */
  apply(entry: Entry): void {
    const known = this.#operations.get(entry.key);
    if (known !== undefined && !(entry.operation === 'void' && known.status === 'declined')) {
      throw new Error(`the key ${entry.key} is already ${known.status}`);
    }
    this.#operations.set(entry.key, this.#operationOf(entry));
  }

  #operationOf(entry: Entry): Operation {
    switch (entry.operation) {
      case 'take': {
        const { key, amount, currency, method, reference } = entry;
        return { status: 'taken', key, amount, currency, method, reference, refunded: 0 };
      }
      case 'decline': {
        const { key, amount, currency, method, reason } = entry;
        return { status: 'declined', key, amount, currency, method, reason };
      }
      case 'refund': {
        const { key, takeKey, amount, currency, reference } = entry;
        this.#addRefund(takeKey, amount);
        return { status: 'refunded', key, takeKey, amount, currency, reference };
      }
      case 'void':
        return { status: 'voided', key: entry.key };
    }
  }

  #addRefund(takeKey: string, amount: number): void {
    const take = this.#operations.get(takeKey);
    if (take?.status !== 'taken') throw new Error(`nothing was taken under ${takeKey}`);
    if (take.refunded + amount > take.amount) throw new Error(`more is refunded than was taken under ${takeKey}`);
    this.#operations.set(takeKey, { ...take, refunded: take.refunded + amount });
  }
}
