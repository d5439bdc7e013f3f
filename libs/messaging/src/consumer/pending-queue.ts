import type { Decoded } from '../handling/decoded.js';
import type { IncomingRecord } from '../ports/index.js';

/** Messages, and bytes of their values, that share a transaction. */
const maxMessages = 500;
const maxBytes = 1024 * 1024;

export interface PendingMessage {
  readonly decoded: Decoded;
  /** The assignment of partitions in which it was received. */
  readonly generation: number;
  notBefore: number;
  /** Transient failures of its decision. */
  failures: number;
  /** Its statement took too long: it shares no transaction any more. */
  alone: boolean;
}

/** Received messages that are not handled yet, in their order. */
export class PendingQueue {
  #pending: PendingMessage[] = [];

  get length(): number {
    return this.#pending.length;
  }

  push(message: PendingMessage): void {
    this.#pending.push(message);
  }

  clear(): void {
    this.#pending = [];
  }

  /** Takes a batch from the front. A key whose earlier message waits for a retry stays in the queue. */
  take(now: number): PendingMessage[] {
    const batch: PendingMessage[] = [];
    const rest: PendingMessage[] = [];
    const closedKeys = new Set<string>();
    let bytes = 0;
    for (const message of this.#pending) {
      const { orderingKey, record } = message.decoded;
      const isFull = batch.length >= maxMessages || (batch.length > 0 && bytes + sizeOf(record) > maxBytes);
      if (isFull || message.notBefore > now || closedKeys.has(orderingKey)) {
        closedKeys.add(orderingKey);
        rest.push(message);
      } else {
        bytes += sizeOf(record);
        batch.push(message);
        if (message.alone) closedKeys.add(orderingKey);
      }
    }
    this.#pending = rest;
    return batch;
  }

  /** Puts messages back to the front, from where they were taken, so each key keeps its order. */
  putBack(batch: readonly PendingMessage[]): void {
    this.#pending = [...batch, ...this.#pending];
  }
}

/** The transactions of a batch. A message that runs alone closed its key when it was taken, so the order is kept. */
export function transactionParts(batch: readonly PendingMessage[]): (readonly PendingMessage[])[] {
  const together = batch.filter((message) => !message.alone);
  return [...(together.length > 0 ? [together] : []), ...batch.filter(({ alone }) => alone).map((each) => [each])];
}

/** The batch in its order, in parts that have no more messages than each of theirs allows. */
export function partsOfAtMost(
  batch: readonly PendingMessage[],
  allowed: (message: PendingMessage) => number,
): (readonly PendingMessage[])[] {
  const parts: PendingMessage[][] = [];
  let room = 0;
  for (const message of batch) {
    const most = allowed(message);
    const last = parts.at(-1);
    room = Math.min(room, most - (last?.length ?? 0));
    if (last && room > 0) last.push(message);
    else {
      parts.push([message]);
      room = most;
    }
    room--;
  }
  return parts;
}

/** Bytes of memory of a record, roughly. */
export const sizeOf = (record: IncomingRecord): number => (record.value?.length ?? 0) + 300;
