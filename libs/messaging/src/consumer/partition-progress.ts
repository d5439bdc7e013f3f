/** The progress of one partition: offsets are finished in any order; the committable offset is the end of what is finished without a gap. */
export class PartitionProgress {
  #open: bigint[] = [];
  /** How many at the front of `#open` are finished. They are removed when they are half of it, not one by one. */
  #passed = 0;
  readonly #done = new Set<bigint>();
  #first: bigint | undefined;
  #readTo: bigint | undefined;

  /** Offsets rise, possibly with gaps (compaction, marks of transactions). */
  begin(offset: bigint): void {
    this.#open.push(offset);
  }

  /** Everything between these offsets has begun; further offsets have no records. */
  read(from: bigint, to: bigint): void {
    this.#first ??= from;
    this.#readTo = to;
  }

  finish(offset: bigint): void {
    this.#done.add(offset);
    for (;;) {
      const open = this.#open[this.#passed];
      if (open === undefined || !this.#done.delete(open)) break;
      this.#passed++;
    }
    if (this.#passed * 2 < this.#open.length) return;
    this.#open = this.#open.slice(this.#passed);
    this.#passed = 0;
  }

  /** The first offset that was read; undefined before it. */
  get first(): bigint | undefined {
    return this.#first;
  }

  /** The offset to read next after a restart; undefined before anything was read. */
  get next(): bigint | undefined {
    return this.#open[this.#passed] ?? this.#readTo;
  }
}
