import { FrameSplitter } from './frame-splitter.js';

/** `up` to the server, `down` to the client. */
export type Direction = 'up' | 'down';

/** A unit is forwarded, dropped while the connection stays open, or dropped with the connection. */
export type Verdict = 'pass' | 'swallow' | 'reset';

/** Reads the traffic of one connection in units that are forwarded or dropped as a whole. */
export interface ConnectionInspector {
  /** The units that are complete with this chunk. */
  units(direction: Direction, chunk: Buffer): Iterable<Buffer>;
  /** The bytes of an incomplete unit. */
  remainder(direction: Direction): Buffer;
  /** Called when the unit is about to be forwarded. */
  verdict(direction: Direction, unit: Buffer): Verdict;
}

/** A protocol that a proxy understands: the faults that it offers, and an inspector for each connection. */
export interface Protocol<D> {
  readonly drop: D;
  inspector(): ConnectionInspector;
}

/** One splitter per direction. */
export class BidirectionalSplitter {
  readonly #splitters: Readonly<Record<Direction, FrameSplitter>>;

  constructor(lengthOf: (direction: Direction, begun: Buffer) => number | undefined) {
    this.#splitters = {
      up: new FrameSplitter((begun) => lengthOf('up', begun)),
      down: new FrameSplitter((begun) => lengthOf('down', begun)),
    };
  }

  split(direction: Direction, chunk: Buffer): Iterable<Buffer> {
    return this.#splitters[direction].split(chunk);
  }

  remainder(direction: Direction): Buffer {
    return this.#splitters[direction].remainder();
  }
}

/** Any protocol: chunks as they arrive, and no messages that can be dropped. */
export const bytes = (): Protocol<object> => ({
  drop: {},
  inspector: () => ({
    units: (_direction, chunk) => [chunk],
    remainder: () => Buffer.alloc(0),
    verdict: () => 'pass',
  }),
});
