import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { step, type Conditions } from './conditions.js';
import type { ConnectionInspector, Direction } from './protocol.js';

/** Bytes that are buffered at most before the sender is paused, like the buffers of a real network. */
const maxBufferedBytes = 1024 * 1024;

interface Queued {
  readonly due: number;
  /** A unit, the end of the stream, or a reset by the sender. */
  readonly what: Buffer | 'end' | 'reset';
}

export interface FlowOptions {
  readonly direction: Direction;
  readonly from: Socket;
  readonly to: Socket;
  readonly inspector: ConnectionInspector;
  readonly conditions: Conditions;
  /** Resets the connection at both ends. */
  readonly reset: () => void;
  /** Aborted when the connection is closed. */
  readonly closed: AbortSignal;
}

/**
 * One direction of a connection: forwards what arrives, in order, under the current conditions. The end and the reset of a
 * connection are delayed like its bytes: a black hole swallows them too.
 */
export class Flow {
  readonly #queue: Queued[] = [];
  #bytes = 0;
  #lastDue = 0;
  #busyUntil = 0;
  #wake: () => void = () => undefined;

  constructor(private readonly options: FlowOptions) {
    const { from, direction, inspector, closed } = options;
    from.on('data', (chunk: Buffer) => {
      for (const unit of inspector.units(direction, chunk)) this.#enqueue(unit);
    });
    from.once('end', () => {
      const remainder = inspector.remainder(direction);
      if (remainder.length > 0) this.#enqueue(remainder);
      this.#enqueue('end');
    });
    from.on('error', () => this.#enqueue('reset')); // the other end sees a reset for any error
    closed.addEventListener('abort', () => this.#wake(), { once: true });
    void this.#run();
  }

  #enqueue(what: Queued['what']): void {
    if (this.options.closed.aborted) return;
    this.#lastDue = Math.max(this.#lastDue, performance.now() + this.options.conditions.delay(this.options.direction));
    this.#queue.push({ due: this.#lastDue, what });
    if (Buffer.isBuffer(what)) this.#bytes += what.length;
    if (this.#bytes > maxBufferedBytes) this.options.from.pause();
    this.#wake();
  }

  async #run(): Promise<void> {
    const { closed } = this.options;
    try {
      while (!closed.aborted) {
        const next = this.#queue[0];
        if (!next) await new Promise<void>((resolve) => (this.#wake = resolve));
        else if (await this.#forward(next)) this.#queue.shift();
        else return;
      }
    } catch (error) {
      if (!closed.aborted) throw error;
    }
  }

  /** Returns false when nothing follows. */
  async #forward({ due, what }: Queued): Promise<boolean> {
    const { direction, from, to, inspector, conditions, reset, closed } = this.options;
    if (due > performance.now()) await delay(due - performance.now(), undefined, { signal: closed });
    for (let hole = conditions.hole(direction); hole; hole = conditions.hole(direction))
      await Promise.race([hole, aborted(closed)]);
    if (closed.aborted) return false;
    if (what === 'reset') reset();
    else if (what === 'end') to.end();
    if (!Buffer.isBuffer(what)) return false;
    this.#bytes -= what.length;
    if (this.#bytes <= maxBufferedBytes) from.resume();
    const verdict = inspector.verdict(direction, what);
    if (verdict === 'reset') reset();
    else if (verdict === 'pass') await this.#write(what);
    return verdict !== 'reset';
  }

  async #write(unit: Buffer): Promise<void> {
    const { direction, to, conditions, closed } = this.options;
    for (const { bytes, busy } of conditions.pieces(direction, unit)) {
      await new Promise<void>((resolve) => to.write(bytes, () => resolve())); // an error is also an 'error' event of `to`, which resets the connection
      if (busy === 0) continue;
      const now = performance.now();
      this.#busyUntil = Math.max(this.#busyUntil, now - step) + busy; // compensates for timers that fire late
      if (this.#busyUntil > now + 1) await delay(this.#busyUntil - now, undefined, { signal: closed });
    }
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) =>
    signal.aborted ? resolve() : signal.addEventListener('abort', () => resolve(), { once: true }),
  );
}
