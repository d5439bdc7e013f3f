/** Splits a stream into whole frames, whatever the chunks are. */
export class FrameSplitter {
  #chunks: Buffer[] = [];
  #length = 0;
  #needed = 1;

  /** `lengthOf` returns the length of the frame that begins here, or undefined while too few bytes have arrived. */
  constructor(private readonly lengthOf: (begun: Buffer) => number | undefined) {}

  /** The frames that are complete with this chunk, one by one: a frame may change how the length of the next one is read. */
  *split(chunk: Buffer): Generator<Buffer> {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    if (this.#length < this.#needed) return;
    let begun = Buffer.concat(this.#chunks);
    for (;;) {
      const length = begun.length > 0 ? this.lengthOf(begun) : undefined;
      this.#chunks = [begun];
      this.#length = begun.length;
      this.#needed = length ?? begun.length + 1;
      if (this.#length < this.#needed) return;
      yield begun.subarray(0, this.#needed);
      begun = begun.subarray(this.#needed);
    }
  }

  /** The bytes of an incomplete frame. */
  remainder(): Buffer {
    return Buffer.concat(this.#chunks);
  }
}
