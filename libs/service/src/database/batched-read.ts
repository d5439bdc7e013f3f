/** Combines concurrent reads by key: the first query starts at once; keys that arrive while it runs share the next query. */
export class BatchedRead<K, V> {
  #next: Batch<K, V> | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor(private readonly read: (keys: readonly K[]) => Promise<ReadonlyMap<K, V>>) {}

  /** The values found for these keys, read after the call. Rejects when the shared query rejects. */
  async load(keys: readonly K[]): Promise<Map<K, V>> {
    const next = (this.#next ??= this.#newBatch());
    for (const key of keys) next.keys.add(key);
    const found = await next.result;
    const own = new Map<K, V>();
    for (const key of keys) {
      const value = found.get(key);
      if (value !== undefined) own.set(key, value);
    }
    return own;
  }

  #newBatch(): Batch<K, V> {
    const keys = new Set<K>();
    const read = (): Promise<ReadonlyMap<K, V>> => {
      this.#next = undefined;
      return this.read([...keys]);
    };
    const result = this.#last.then(read, read);
    this.#last = result;
    return { keys, result };
  }
}

interface Batch<K, V> {
  readonly keys: Set<K>;
  readonly result: Promise<ReadonlyMap<K, V>>;
}
