import { hashOf } from './seeded-random.js';

/** A rolling hash over every event of a run. Two runs with the same hash are the same run. */
export class Trace {
  #low = 0x9e3779b9;
  #high = 0x85ebca6b;
  readonly #hashes = new Map<string, number>();

  /** `onLine` gets every event as a line of text. */
  constructor(private readonly onLine: ((line: string) => void) | undefined) {}

  /** Adds an event. Event texts repeat, so their hashes are cached. */
  event(at: number, actor: string, name: string, detail: string): void {
    this.#mix(at % 2 ** 32);
    this.#mix(this.#hash(actor));
    this.#mix(this.#hash(name));
    this.#mix(this.#hash(detail));
    this.onLine?.(`${timeOf(at)} ${actor}: ${name} ${detail}`);
  }

  /** Adds a result of an event that its name does not contain: an id, an offset. */
  note(at: number, text: string): void {
    this.#mix(hashOf(text));
    this.onLine?.(`${timeOf(at)}   ${text}`);
  }

  get hash(): string {
    return [this.#high, this.#low].map((half) => (half >>> 0).toString(16).padStart(8, '0')).join('');
  }

  #hash(text: string): number {
    let hash = this.#hashes.get(text);
    if (hash === undefined) this.#hashes.set(text, (hash = hashOf(text)));
    return hash;
  }

  #mix(value: number): void {
    this.#low = Math.imul(this.#low ^ value, 0x01000193) + 0x9e3779b9;
    this.#high = Math.imul(this.#high ^ (this.#low >>> 7), 0xc2b2ae35) ^ value;
  }
}

/** Milliseconds, in a column of fixed width. */
const timeOf = (microseconds: number): string => (microseconds / 1_000).toFixed(3).padStart(12);
