import type { ActiveFault, Fault, Faults } from './fault.js';
import type { Way } from './language.js';
import type { Fraction } from './which.js';

export interface OneWay {
  /** Both where nothing is said. */
  readonly way?: Way;
}
export interface Latency extends OneWay {
  /** Of each way, so that a question and its answer take twice as long. */
  readonly milliseconds: number;
  /** At most as many more, or fewer, by chance. The order stays. */
  readonly jitter?: number;
}
export interface Slicing extends OneWay {
  /** Of one write. */
  readonly bytes: number;
}
export interface Bandwidth extends OneWay {
  /** Of each connection. */
  readonly bytesPerSecond: number;
}

interface Switched<S> {
  readonly fault: ActiveFault;
  readonly settings: S;
}

/** A piece of a unit that is written at once, and the milliseconds that the line is busy with it. */
export interface Piece {
  readonly bytes: Buffer;
  readonly busy: number;
}

/** Narrow lines are paced in steps of this many milliseconds. */
export const step = 50;

/** How bytes travel at the moment, the same for every connection. Of each kind one fault at a time: the next one replaces it. */
export class Conditions {
  #latency: Switched<Latency> | undefined;
  #slicing: Switched<Slicing> | undefined;
  #bandwidth: Switched<Bandwidth> | undefined;
  #hole: (Switched<OneWay> & { readonly filled: Promise<void> }) | undefined;

  constructor(
    private readonly faults: Faults,
    private readonly chance: Fraction,
  ) {}

  latency(settings: Latency): Fault {
    this.#latency?.fault.heal();
    const fault = this.faults.begin(`latency of ${settings.milliseconds} ms`, () => (this.#latency = undefined));
    this.#latency = { settings, fault };
    return fault;
  }

  slicing(settings: Slicing): Fault {
    this.#slicing?.fault.heal();
    const fault = this.faults.begin(`slices of ${settings.bytes} bytes`, () => (this.#slicing = undefined));
    this.#slicing = { settings, fault };
    return fault;
  }

  bandwidth(settings: Bandwidth): Fault {
    this.#bandwidth?.fault.heal();
    const fault = this.faults.begin(`${settings.bytesPerSecond} bytes a second`, () => (this.#bandwidth = undefined));
    this.#bandwidth = { settings, fault };
    return fault;
  }

  blackHole(settings: OneWay): Fault {
    this.#hole?.fault.heal();
    let fill = (): void => undefined;
    const filled = new Promise<void>((resolve) => (fill = resolve));
    const fault = this.faults.begin('black hole', () => {
      this.#hole = undefined;
      fill();
    });
    this.#hole = { settings, fault, filled };
    return fault;
  }

  /** Milliseconds by which something that goes this way comes later. */
  delay(way: Way): number {
    const latency = along(way, this.#latency);
    if (!latency) return 0;
    latency.fault.hit();
    const { milliseconds, jitter = 0 } = latency.settings;
    return Math.max(0, milliseconds + (this.chance.fraction() * 2 - 1) * jitter);
  }

  /** Nothing when the way is open; else what resolves once it is open again. */
  hole(way: Way): Promise<void> | undefined {
    const hole = along(way, this.#hole);
    hole?.fault.hit();
    return hole?.filled;
  }

  /** How a unit is written. */
  *pieces(way: Way, unit: Buffer): Generator<Piece> {
    for (let at = 0; at < unit.length;) {
      const slicing = along(way, this.#slicing);
      const bandwidth = along(way, this.#bandwidth);
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

function along<T extends Switched<OneWay>>(way: Way, switched: T | undefined): T | undefined {
  return switched && (switched.settings.way ?? way) === way ? switched : undefined;
}
