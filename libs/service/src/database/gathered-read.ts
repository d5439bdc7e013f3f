/** Concurrent reads by key in few questions: the first is asked at once, and who comes while one is under way has a part in the next. */
export class GatheredRead<K, V> {
  #next: { readonly keys: Set<K>; readonly answer: Promise<ReadonlyMap<K, V>> } | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor(private readonly read: (keys: readonly K[]) => Promise<ReadonlyMap<K, V>>) {}

  /** What there is of these keys, as it is now or later; rejects with what the question that they were part of rejected with. */
  async of(keys: readonly K[]): Promise<Map<K, V>> {
    const next = (this.#next ??= this.#open());
    for (const key of keys) next.keys.add(key);
    const found = await next.answer;
    return new Map(keys.flatMap((key) => (found.has(key) ? [[key, found.get(key)!] as const] : [])));
  }

  #open(): { readonly keys: Set<K>; readonly answer: Promise<ReadonlyMap<K, V>> } {
    const keys = new Set<K>();
    const ask = (): Promise<ReadonlyMap<K, V>> => {
      this.#next = undefined;
      return this.read([...keys]);
    };
    const answer = this.#last.then(ask, ask);
    this.#last = answer;
    return { keys, answer };
  }
}
