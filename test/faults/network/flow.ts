import type { Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { step, type Conditions } from './conditions.js';
import type { Conversation, Way } from './language.js';

/** Bytes that wait at most before the sender is held up, as the buffers of a real network would. */
const mostWaiting = 1024 * 1024;

interface Waiting {
  readonly due: number;
  /** A unit; or that the sender has said his last, or has broken off. */
  readonly what: Buffer | 'end' | 'break';
}

export interface Passage {
  readonly way: Way;
  readonly from: Socket;
  readonly to: Socket;
  readonly conversation: Conversation;
  readonly conditions: Conditions;
  /** Cuts the connection at both ends. */
  readonly reset: () => void;
  /** The passage is over; nobody waits any longer. */
  readonly over: AbortSignal;
}

/**
 * One way of a connection: what comes in at one end goes out at the other, in order, as the conditions of the moment allow.
 * The end and the breaking off of a connection travel like its bytes: in a black hole they are not heard either.
 */
export class Flow {
  readonly #queue: Waiting[] = [];
  #bytes = 0;
  #lastDue = 0;
  #busyUntil = 0;
  #arrived: () => void = () => undefined;

  constructor(private readonly passage: Passage) {
    const { from, way, conversation, over } = passage;
    from.on('data', (chunk: Buffer) => {
      for (const unit of conversation.units(way, chunk)) this.#arrive(unit);
    });
    from.once('end', () => {
      const rest = conversation.rest(way);
      if (rest.length > 0) this.#arrive(rest);
      this.#arrive('end');
    });
    from.on('error', () => this.#arrive('break')); // what it was is told to the other end by the reset
    over.addEventListener('abort', () => this.#arrived(), { once: true });
    void this.#run();
  }

  #arrive(what: Waiting['what']): void {
    if (this.passage.over.aborted) return;
    this.#lastDue = Math.max(this.#lastDue, performance.now() + this.passage.conditions.delay(this.passage.way));
    this.#queue.push({ due: this.#lastDue, what });
    if (Buffer.isBuffer(what)) this.#bytes += what.length;
    if (this.#bytes > mostWaiting) this.passage.from.pause();
    this.#arrived();
  }

  async #run(): Promise<void> {
    const { over } = this.passage;
    try {
      while (!over.aborted) {
        const next = this.#queue[0];
        if (!next) await new Promise<void>((resolve) => (this.#arrived = resolve));
        else if (await this.#deliver(next)) this.#queue.shift();
        else return;
      }
    } catch (error) {
      if (!over.aborted) throw error;
    }
  }

  /** False when nothing follows. */
  async #deliver({ due, what }: Waiting): Promise<boolean> {
    const { way, from, to, conversation, conditions, reset, over } = this.passage;
    if (due > performance.now()) await pause(due - performance.now(), undefined, { signal: over });
    for (let hole = conditions.hole(way); hole; hole = conditions.hole(way)) await Promise.race([hole, ended(over)]);
    if (over.aborted) return false;
    if (what === 'break') reset();
    else if (what === 'end') to.end();
    if (!Buffer.isBuffer(what)) return false;
    this.#bytes -= what.length;
    if (this.#bytes <= mostWaiting) from.resume();
    const verdict = conversation.judge(way, what);
    if (verdict === 'reset') reset();
    else if (verdict === 'pass') await this.#write(what);
    return verdict !== 'reset';
  }

  async #write(unit: Buffer): Promise<void> {
    const { way, to, conditions, over } = this.passage;
    for (const { bytes, busy } of conditions.pieces(way, unit)) {
      await new Promise<void>((resolve) => to.write(bytes, () => resolve())); // an error here is one of `to` too, and breaks the other way off
      if (busy === 0) continue;
      const now = performance.now();
      this.#busyUntil = Math.max(this.#busyUntil, now - step) + busy; // what a timer was late by is made good
      if (this.#busyUntil > now + 1) await pause(this.#busyUntil - now, undefined, { signal: over });
    }
  }
}

function ended(over: AbortSignal): Promise<void> {
  return new Promise((resolve) =>
    over.aborted ? resolve() : over.addEventListener('abort', () => resolve(), { once: true }),
  );
}
