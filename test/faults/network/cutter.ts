/** Cuts a stream into whole units, however it was cut on its way. */
export class Cutter {
  #chunks: Buffer[] = [];
  #held = 0;
  #needed = 1;

  /** `lengthOf` tells the length of the unit that begins here, or undefined while too little of it has come. */
  constructor(private readonly lengthOf: (begun: Buffer) => number | undefined) {}

  /** What is whole by now, one by one: whoever takes a unit may change how the next one is measured. */
  *cut(chunk: Buffer): Generator<Buffer> {
    this.#chunks.push(chunk);
    this.#held += chunk.length;
    if (this.#held < this.#needed) return;
    let begun = Buffer.concat(this.#chunks);
    for (;;) {
      const length = begun.length > 0 ? this.lengthOf(begun) : undefined;
      this.#chunks = [begun];
      this.#held = begun.length;
      this.#needed = length ?? begun.length + 1;
      if (this.#held < this.#needed) return;
      yield begun.subarray(0, this.#needed);
      begun = begun.subarray(this.#needed);
    }
  }

  /** The beginning of a unit that never became whole. */
  rest(): Buffer {
    return Buffer.concat(this.#chunks);
  }
}
