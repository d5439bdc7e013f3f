/** How fast tokens come back and how many fit in. */
export interface Rate {
  readonly perSecond: number;
  readonly burst: number;
}

interface Bucket {
  tokens: number;
  at: number;
}

/**
 * A bucket of tokens per key (an address, a user). An absent bucket is a full one, so full buckets are thrown away, and at
 * most `capacity` are kept: beyond it the one that was used least recently goes.
 */
export class TokenBuckets {
  readonly #buckets = new Map<string, Bucket>();

  constructor(
    readonly rate: Rate,
    private readonly capacity = 50_000,
  ) {}

  /** Takes a token. Returns 0, or the milliseconds after which the next one is there. */
  take(key: string, now: number): number {
    const found = this.#buckets.get(key);
    const tokens = found ? this.#filled(found, now) : this.rate.burst;
    this.#buckets.delete(key);
    if (tokens < 1) {
      this.#buckets.set(key, { tokens, at: now });
      return Math.ceil(((1 - tokens) / this.rate.perSecond) * 1_000);
    }
    if (this.#buckets.size >= this.capacity) this.#buckets.delete(this.#buckets.keys().next().value!);
    this.#buckets.set(key, { tokens: tokens - 1, at: now });
    return 0;
  }

  /** Forgets the buckets that have filled up again. */
  sweep(now: number): void {
    for (const [key, bucket] of this.#buckets) {
      if (this.#filled(bucket, now) >= this.rate.burst) this.#buckets.delete(key);
    }
  }

  get size(): number {
    return this.#buckets.size;
  }

  /** A clock that was set back gives nothing and takes nothing. */
  #filled(bucket: Bucket, now: number): number {
    const seconds = Math.max(0, now - bucket.at) / 1_000;
    return Math.min(this.rate.burst, bucket.tokens + seconds * this.rate.perSecond);
  }
}
