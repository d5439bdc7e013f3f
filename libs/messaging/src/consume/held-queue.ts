import type { IncomingRecord } from '../kafka/kafka-client.js';
import type { Decoded } from './decode.js';

/** Messages, and bytes of payload, that share a transaction. */
const messageLimit = 500;
const byteLimit = 1024 * 1024;

export interface Held {
  readonly decoded: Decoded;
  readonly generation: number;
  notBefore: number;
  /** Transient failures of its decision. */
  tries: number;
  /** It took the database too long: nobody shares a transaction with it any more. */
  alone: boolean;
}

/** What waits to be handled, in the order in which it came. */
export class HeldQueue {
  #held: Held[] = [];

  get length(): number {
    return this.#held.length;
  }

  push(held: Held): void {
    this.#held.push(held);
  }

  clear(): void {
    this.#held = [];
  }

  /** From the front; a lane whose earlier message waits for another try is left where it is. */
  take(now: number): Held[] {
    const batch: Held[] = [];
    const rest: Held[] = [];
    const closed = new Set<string>();
    let bytes = 0;
    for (const held of this.#held) {
      const { lane, record } = held.decoded;
      const full = batch.length >= messageLimit || (batch.length > 0 && bytes + sizeOf(record) > byteLimit);
      if (full || held.notBefore > now || closed.has(lane)) {
        closed.add(lane);
        rest.push(held);
      } else {
        bytes += sizeOf(record);
        batch.push(held);
        if (held.alone) closed.add(lane);
      }
    }
    this.#held = rest;
    return batch;
  }

  /** It was taken from the front, so each lane keeps its order. */
  putBack(batch: readonly Held[]): void {
    this.#held = [...batch, ...this.#held];
  }
}

/** What shares a transaction. One that is alone closed its lane when it was taken, so no order is lost. */
export function partsOf(batch: readonly Held[], careful: boolean): (readonly Held[])[] {
  if (careful) return batch.map((held) => [held]);
  const together = batch.filter((held) => !held.alone);
  return [...(together.length > 0 ? [together] : []), ...batch.filter((held) => held.alone).map((held) => [held])];
}

export const sizeOf = (record: IncomingRecord): number => (record.value?.length ?? 0) + 300;
