/** The progress of one partition: offsets are finished in any order; the committable offset is the end of the contiguous finished run. */
export class PartitionProgress {
  #open: bigint[] = [];
  /** How many at the front of `#open` are finished. They are removed when they are half of it, not one by one. */
  #passed = 0;
  readonly #done = new Set<bigint>();
  #first: bigint | undefined;
  #next: bigint | undefined;

  /** Offsets rise, possibly with gaps (compaction, transaction markers). */
  begin(offset: bigint): void {
    this.#first ??= offset;
    this.#next ??= offset;
    this.#open.push(offset);
  }

  finish(offset: bigint): void {
    this.#done.add(offset);
    for (;;) {
      const open = this.#open[this.#passed];
      if (open === undefined || !this.#done.delete(open)) break;
      this.#passed++;
      this.#next = open + 1n;
    }
    if (this.#passed * 2 < this.#open.length) return;
    this.#open = this.#open.slice(this.#passed);
    this.#passed = 0;
  }

  /** The offset of the first record; undefined before it. */
  get first(): bigint | undefined {
    return this.#first;
  }

  /** The offset of the next record to read after a restart; undefined before the first record. */
  get next(): bigint | undefined {
    return this.#next;
  }
}
