import type { ActiveFault, ActiveFaults, NetworkFault } from './network-fault.js';
import type { RandomSource } from './occurrences.js';
import type { Direction } from './protocol.js';

export interface Directed {
  /** Default: both directions. */
  readonly direction?: Direction;
}
export interface Latency extends Directed {
  /** Per direction: a request and its response together take twice as long. */
  readonly milliseconds: number;
  /** Random deviation of the latency, at most this much. The order is kept. */
  readonly jitter?: number;
}
export interface Slicing extends Directed {
  /** Bytes per write. */
  readonly bytes: number;
}
export interface Bandwidth extends Directed {
  /** Per connection. */
  readonly bytesPerSecond: number;
}

interface Active<S> {
  readonly fault: ActiveFault;
  readonly settings: S;
}

/** A part of a unit that is written at once, and the milliseconds for which the line is then busy. */
export interface Piece {
  readonly bytes: Buffer;
  readonly busy: number;
}

/** Bandwidth is limited in steps of this many milliseconds. */
export const step = 50;

/** The current network conditions of all connections. One fault of each kind at a time: a new one replaces the earlier one. */
export class Conditions {
  #latency: Active<Latency> | undefined;
  #slicing: Active<Slicing> | undefined;
  #bandwidth: Active<Bandwidth> | undefined;
  #hole: (Active<Directed> & { readonly healed: Promise<void> }) | undefined;

  constructor(
    private readonly faults: ActiveFaults,
    private readonly random: RandomSource,
  ) {}

  latency(settings: Latency): NetworkFault {
    this.#latency?.fault.heal();
    const fault = this.faults.start(`latency of ${settings.milliseconds} ms`, () => (this.#latency = undefined));
    this.#latency = { settings, fault };
    return fault;
  }

  slicing(settings: Slicing): NetworkFault {
    this.#slicing?.fault.heal();
    const fault = this.faults.start(`slices of ${settings.bytes} bytes`, () => (this.#slicing = undefined));
    this.#slicing = { settings, fault };
    return fault;
  }

  bandwidth(settings: Bandwidth): NetworkFault {
    this.#bandwidth?.fault.heal();
    const fault = this.faults.start(`${settings.bytesPerSecond} bytes per second`, () => (this.#bandwidth = undefined));
    this.#bandwidth = { settings, fault };
    return fault;
  }

  blackHole(settings: Directed): NetworkFault {
    this.#hole?.fault.heal();
    let resolveHealed = (): void => undefined;
    const healed = new Promise<void>((resolve) => (resolveHealed = resolve));
    const fault = this.faults.start('black hole', () => {
      this.#hole = undefined;
      resolveHealed();
    });
    this.#hole = { settings, fault, healed };
    return fault;
  }

  /** Milliseconds by which a unit in this direction is delayed. */
  delay(direction: Direction): number {
    const latency = inDirection(direction, this.#latency);
    if (!latency) return 0;
    latency.fault.hit();
    const { milliseconds, jitter = 0 } = latency.settings;
    return Math.max(0, milliseconds + (this.random.fraction() * 2 - 1) * jitter);
  }

  /** Undefined without a black hole; otherwise a promise that resolves when it is healed. */
  hole(direction: Direction): Promise<void> | undefined {
    const hole = inDirection(direction, this.#hole);
    hole?.fault.hit();
    return hole?.healed;
  }

  /** The pieces in which a unit is written. */
  *pieces(direction: Direction, unit: Buffer): Generator<Piece> {
    for (let at = 0; at < unit.length;) {
      const slicing = inDirection(direction, this.#slicing);
      const bandwidth = inDirection(direction, this.#bandwidth);
      const perStep = bandwidth
        ? Math.max(1, Math.floor((bandwidth.settings.bytesPerSecond * step) / 1_000))
        : unit.length;
      const length = Math.min(unit.length - at, perStep, slicing?.settings.bytes ?? unit.length);
      if (slicing && length < unit.length) slicing.fault.hit();
      bandwidth?.fault.hit();
      yield {
        bytes: unit.subarray(at, at + length),
        busy: bandwidth ? (length * 1_000) / bandwidth.settings.bytesPerSecond : 0,
      };
      at += length;
    }
  }
}

function inDirection<T extends Active<Directed>>(direction: Direction, active: T | undefined): T | undefined {
  return active && (active.settings.direction ?? direction) === direction ? active : undefined;
}
