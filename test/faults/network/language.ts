import { Cutter } from './cutter.js';

/** `up` leads to the server, `down` to the client. */
export type Way = 'up' | 'down';

/** A unit goes on, is lost while the connection stays, or is lost with the connection. */
export type Verdict = 'pass' | 'swallow' | 'reset';

/** What one connection says, in units that go on or are lost as a whole. */
export interface Conversation {
  /** The units that are whole with this chunk. */
  units(way: Way, chunk: Buffer): Iterable<Buffer>;
  /** What has come of a unit that never became whole. */
  rest(way: Way): Buffer;
  /** Asked when the unit is about to be handed over. */
  judge(way: Way, unit: Buffer): Verdict;
}

/** A protocol that a proxy understands: what can be lost of it, and a conversation for each connection. */
export interface Language<L> {
  readonly lose: L;
  converse(): Conversation;
}

/** Two cutters, one a way. */
export class TwoWays {
  readonly #cutters: Readonly<Record<Way, Cutter>>;

  constructor(lengthOf: (way: Way, begun: Buffer) => number | undefined) {
    this.#cutters = {
      up: new Cutter((begun) => lengthOf('up', begun)),
      down: new Cutter((begun) => lengthOf('down', begun)),
    };
  }

  cut(way: Way, chunk: Buffer): Iterable<Buffer> {
    return this.#cutters[way].cut(chunk);
  }

  rest(way: Way): Buffer {
    return this.#cutters[way].rest();
  }
}

/** Any protocol: bytes as they come, and nothing of it can be lost by name. */
export const bytes = (): Language<object> => ({
  lose: {},
  converse: () => ({ units: (_way, chunk) => [chunk], rest: () => Buffer.alloc(0), judge: () => 'pass' }),
});
