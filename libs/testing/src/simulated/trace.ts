import { hashOf } from './chance.js';

/** A rolling hash over all that happened: two runs that agree in it have been the same run. */
export class Trace {
  #low = 0x9e3779b9;
  #high = 0x85ebca6b;
  readonly #hashes = new Map<string, number>();

  /** `told` gets every step as a line, for whoever looks for the cause of something. */
  constructor(private readonly told: ((line: string) => void) | undefined) {}

  /** An event: its words come again and again, so their hashes are kept. */
  step(at: number, who: string, what: string, about: string): void {
    this.#mix(at % 2 ** 32);
    this.#mix(this.#hash(who));
    this.#mix(this.#hash(what));
    this.#mix(this.#hash(about));
    this.told?.(`${(at / 1_000).toFixed(3).padStart(12)} ${who}: ${what} ${about}`);
  }

  /** Something that an event did and that its words do not tell: an id, a position. */
  note(at: number, text: string): void {
    this.#mix(hashOf(text));
    this.told?.(`${(at / 1_000).toFixed(3).padStart(12)}   ${text}`);
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
