/** A compact list of UUIDs: 16 bytes each. */
export class IdList implements Iterable<string> {
  #bytes = Buffer.alloc(16 * 1024);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  add(id: string): void {
    if (this.#length * 16 === this.#bytes.length) this.#bytes = Buffer.concat([this.#bytes], this.#bytes.length * 2);
    this.#bytes.write(id.replaceAll('-', ''), this.#length++ * 16, 'hex');
  }

  at(index: number): string {
    const hex = this.#bytes.toString('hex', index * 16, index * 16 + 16);
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
  }

  compare(a: number, b: number): number {
    return this.#bytes.compare(this.#bytes, b * 16, b * 16 + 16, a * 16, a * 16 + 16);
  }

  *[Symbol.iterator](): Generator<string> {
    for (let index = 0; index < this.#length; index++) yield this.at(index);
  }
}

export const isId = (text: string): boolean => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text);
