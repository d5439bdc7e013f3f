import { describe, expect, it } from '@jest/globals';
import { decoded } from './notes.fixture.spec.js';
import { partsOfAtMost, PendingQueue, transactionParts, type PendingMessage } from './pending-queue.js';

const pending = (noteId: string, offset: number, rest: Partial<PendingMessage> = {}): PendingMessage => ({
  decoded: decoded(noteId, offset),
  generation: 1,
  notBefore: 0,
  failures: 0,
  alone: false,
  ...rest,
});
const offsetsOf = (messages: readonly PendingMessage[]): number[] =>
  messages.map((message) => Number(message.decoded.record.offset));
const queueOf = (...messages: readonly PendingMessage[]): PendingQueue => {
  const queue = new PendingQueue();
  for (const message of messages) queue.push(message);
  return queue;
};

describe('a queue of pending messages', () => {
  it('returns them in order', () => {
    const queue = queueOf(pending('a', 0), pending('b', 1), pending('a', 2));
    expect(offsetsOf(queue.take(0))).toEqual([0, 1, 2]);
    expect(queue.length).toBe(0);
  });

  it('keeps the later messages of a key whose earlier message waits for a retry', () => {
    const queue = queueOf(pending('a', 0, { notBefore: 100 }), pending('b', 1), pending('a', 2));
    expect(offsetsOf(queue.take(50))).toEqual([1]);
    expect(offsetsOf(queue.take(100))).toEqual([0, 2]);
  });

  it('takes at most 500 messages', () => {
    const queue = queueOf(...Array.from({ length: 501 }, (_, offset) => pending(`note ${offset}`, offset)));
    expect(queue.take(0)).toHaveLength(500);
    expect(offsetsOf(queue.take(0))).toEqual([500]);
  });

  it('takes at most 1 MiB, but always one message', () => {
    const large = 'x'.repeat(700_000);
    const queue = queueOf(
      ...[0, 1].map((offset) => ({ ...pending('a', offset), decoded: decoded(`note ${offset}`, offset, large) })),
    );
    expect(offsetsOf(queue.take(0))).toEqual([0]);
    expect(offsetsOf(queue.take(0))).toEqual([1]);
  });

  it('takes no later message of the key behind one that runs alone', () => {
    const queue = queueOf(pending('a', 0, { alone: true }), pending('b', 1), pending('a', 2));
    expect(offsetsOf(queue.take(0))).toEqual([0, 1]);
    expect(offsetsOf(queue.take(0))).toEqual([2]);
  });

  it('returns what was put back first', () => {
    const queue = queueOf(pending('a', 0), pending('b', 1));
    const batch = queue.take(0);
    queue.push(pending('a', 2));
    queue.putBack(batch);
    expect(offsetsOf(queue.take(0))).toEqual([0, 1, 2]);
  });
});

describe('the transactions of a batch', () => {
  const batch = [pending('a', 0), pending('b', 1, { alone: true }), pending('c', 2)];

  it('are one for all messages, and one each for messages that run alone', () =>
    expect(transactionParts(batch).map(offsetsOf)).toEqual([[0, 2], [1]]));
});

describe('parts of a limited size', () => {
  const batch = [0, 1, 2, 3, 4, 5, 6].map((offset) => pending('a', offset));
  const parts = (allowed: readonly number[]) =>
    partsOfAtMost(batch, ({ decoded }) => allowed[Number(decoded.record.offset)] ?? 0).map(offsetsOf);

  it('keep the order of the batch, and are as large as allowed', () =>
    expect(parts([3, 3, 3, 3, 3, 3, 3])).toEqual([[0, 1, 2], [3, 4, 5], [6]]));

  it('have no more messages than each of theirs allows', () =>
    expect(parts([9, 9, 1, 9, 2, 9, 9])).toEqual([[0, 1], [2], [3, 4], [5, 6]]));
});
