/** Refill rate and capacity of a bucket. */
export interface Rate {
  readonly perSecond: number;
  readonly burst: number;
}

interface Bucket {
  tokens: number;
  at: number;
}

/**
 * One token bucket per key (an address, a user). A missing bucket counts as full, so full buckets are removed. Stores at most
 * `capacity` buckets; beyond it the least recently used one is removed.
 */
export class TokenBuckets {
  readonly #buckets = new Map<string, Bucket>();

  constructor(
    readonly rate: Rate,
    private readonly capacity = 50_000,
  ) {}

  /** Takes a token. Returns 0, or the milliseconds until the next token. */
  take(key: string, now: number): number {
    const found = this.#buckets.get(key);
    const tokens = found ? this.#filled(found, now) : this.rate.burst;
    this.#buckets.delete(key);
    if (tokens < 1) {
      this.#buckets.set(key, { tokens, at: now });
      return Math.ceil(((1 - tokens) / this.rate.perSecond) * 1_000);
    }
    if (this.#buckets.size >= this.capacity) this.#removeOldest();
    this.#buckets.set(key, { tokens: tokens - 1, at: now });
    return 0;
  }

  #removeOldest(): void {
    for (const oldest of this.#buckets.keys()) {
      this.#buckets.delete(oldest);
      return;
    }
  }

  /** Removes the buckets that are full again. */
  sweep(now: number): void {
    for (const [key, bucket] of this.#buckets) {
      if (this.#filled(bucket, now) >= this.rate.burst) this.#buckets.delete(key);
    }
  }

  get size(): number {
    return this.#buckets.size;
  }

  /** A clock that was set back adds and removes no tokens. */
  #filled(bucket: Bucket, now: number): number {
    const seconds = Math.max(0, now - bucket.at) / 1_000;
    return Math.min(this.rate.burst, bucket.tokens + seconds * this.rate.perSecond);
  }
}
