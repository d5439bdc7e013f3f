/** How far one partition is done: offsets are finished in any order, the position is the end of the contiguous run. */
export class Progress {
  readonly #open: bigint[] = [];
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
    let count = 0;
    while (count < this.#open.length && this.#done.delete(this.#open[count]!)) count++;
    if (count > 0) this.#next = this.#open.splice(0, count).at(-1)! + 1n;
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
