/** How far one partition is done: offsets are finished in any order, the position is the end of the contiguous run. */
export class Progress {
  #open: bigint[] = [];
  /** How many at the front of `#open` are finished: they are cut off when they are half of it, not one by one. */
  #passed = 0;
  readonly #done = new Set<bigint>();
  #since: bigint | undefined;
  #next: bigint | undefined;

  /** Offsets rise, but may leave gaps (compaction, transaction markers). */
  begin(offset: bigint): void {
    this.#since ??= offset;
    this.#next ??= offset;
    this.#open.push(offset);
  }

  finish(offset: bigint): void {
    this.#done.add(offset);
    while (this.#passed < this.#open.length && this.#done.delete(this.#open[this.#passed]!))
      this.#next = this.#open[this.#passed++]! + 1n;
    if (this.#passed * 2 < this.#open.length) return;
    this.#open = this.#open.slice(this.#passed);
    this.#passed = 0;
  }

  /** The offset of the first record; undefined before it. */
  get since(): bigint | undefined {
    return this.#since;
  }

  /** The offset to be read next after a restart; undefined before the first record. */
  get next(): bigint | undefined {
    return this.#next;
  }
}
