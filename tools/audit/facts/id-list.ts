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

  /** Where the id is in a list that was added in ascending order; -1 if it is not there. */
  indexOf(id: string): number {
    const wanted = Buffer.from(id.replaceAll('-', ''), 'hex');
    let [low, high] = [0, this.#length - 1];
    while (low <= high) {
      const middle = (low + high) >>> 1;
      const order = this.#bytes.compare(wanted, 0, 16, middle * 16, middle * 16 + 16);
      if (order === 0) return middle;
      if (order < 0) low = middle + 1;
      else high = middle - 1;
    }
    return -1;
  }

  /** The indexes in the order of their ids, and of `then` where ids are equal. Numbers are compared faster than bytes. */
  sorted(then: (a: number, b: number) => number = () => 0): Uint32Array {
    const length = this.#length;
    const first = new Float64Array(length);
    const second = new Float64Array(length);
    for (let index = 0; index < length; index++) {
      first[index] = this.#bytes.readUIntBE(index * 16, 6);
      second[index] = this.#bytes.readUIntBE(index * 16 + 6, 6);
    }
    return Uint32Array.from({ length }, (_, index) => index).sort(
      (a, b) => first[a]! - first[b]! || second[a]! - second[b]! || this.compare(a, b) || then(a, b),
    );
  }

  compare(a: number, b: number): number {
    return this.#bytes.compare(this.#bytes, b * 16, b * 16 + 16, a * 16, a * 16 + 16);
  }

  *[Symbol.iterator](): Generator<string> {
    for (let index = 0; index < this.#length; index++) yield this.at(index);
  }
}

export const isId = (text: string): boolean => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text);
