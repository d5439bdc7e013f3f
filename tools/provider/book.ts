import type { Entry } from './entry.js';

interface Sum {
  readonly amount: number;
  readonly currency: string;
}

export interface Taken extends Sum {
  readonly status: 'taken';
  readonly key: string;
  readonly method: string;
  readonly reference: string;
  /** What has been given back of it so far. */
  readonly refunded: number;
}

export interface Declined extends Sum {
  readonly status: 'declined';
  readonly key: string;
  readonly method: string;
  readonly reason: string;
}

export interface Refunded extends Sum {
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

/** What the provider knows: its log, folded. One operation a key, whatever kind it is of. */
export class Book {
  readonly #operations = new Map<string, Operation>();

  get size(): number {
    return this.#operations.size;
  }

  find(key: string): Operation | undefined {
    return this.#operations.get(key);
  }

  /** Folds one line in. Throws an Error when it contradicts the lines before it. */
  apply(entry: Entry): void {
    const known = this.#operations.get(entry.key);
    if (known !== undefined && !(entry.operation === 'void' && known.status === 'declined')) {
      throw new Error(`the key ${entry.key} is ${known.status} already`);
    }
    this.#operations.set(entry.key, this.#fold(entry));
  }

  #fold(entry: Entry): Operation {
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
        this.#giveBack(takeKey, amount);
        return { status: 'refunded', key, takeKey, amount, currency, reference };
      }
      case 'void':
        return { status: 'voided', key: entry.key };
    }
  }

  #giveBack(takeKey: string, amount: number): void {
    const take = this.#operations.get(takeKey);
    if (take?.status !== 'taken') throw new Error(`nothing was taken under ${takeKey}`);
    if (take.refunded + amount > take.amount) throw new Error(`more is given back than was taken under ${takeKey}`);
    this.#operations.set(takeKey, { ...take, refunded: take.refunded + amount });
  }
}
