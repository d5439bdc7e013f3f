import { createRequire } from 'node:module';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { checkOnlyWhenPending, type RequestQueue } from './kafkajs-request-queue.js';

interface Request {
  readonly entry: {
    readonly correlationId: number;
    readonly apiKey: number;
    readonly apiVersion: number;
    readonly apiName: string;
    readonly resolve: () => void;
    readonly reject: () => void;
  };
  readonly expectResponse: boolean;
  readonly requestTimeout: number;
  readonly sendRequest: () => void;
}

const RequestQueueOfKafkajs = createRequire(import.meta.url)('kafkajs/src/network/requestQueue/index.js') as {
  new (options: object): Queue;
};

/** The queue of kafkajs, as a connection uses it. */
type Queue = RequestQueue & {
  push(request: Request): void;
  fulfillRequest(response: { correlationId: number; payload: Buffer; size: number }): void;
  destroy(): void;
};

describe('the request queue of a connection', () => {
  const open: Queue[] = [];
  const sent: number[] = [];
  const logger = { debug: () => undefined, warn: () => undefined };
  const aQueue = (): Queue => {
    const queue = new RequestQueueOfKafkajs({
      maxInFlightRequests: 1,
      requestTimeout: 1_000,
      enforceRequestTimeout: false,
      clientId: 'test',
      broker: 'none',
      logger,
    });
    checkOnlyWhenPending(queue);
    open.push(queue);
    return queue;
  };
  const request = (correlationId: number): Request => ({
    entry: {
      correlationId,
      apiKey: 0,
      apiVersion: 0,
      apiName: 'Test',
      resolve: () => undefined,
      reject: () => undefined,
    },
    expectResponse: true,
    requestTimeout: 1_000,
    sendRequest: () => void sent.push(correlationId),
  });
  const answer = (queue: Queue, correlationId: number): void =>
    queue.fulfillRequest({ correlationId, payload: Buffer.alloc(0), size: 0 });

  afterEach(() => {
    for (const each of open.splice(0)) each.destroy();
    sent.length = 0;
    jest.useRealTimers();
  });

  it('sets no timer when all requests are answered', () => {
    jest.useFakeTimers();
    const idle = aQueue();
    idle.push(request(1));
    answer(idle, 1);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('checks with a timer while a request waits for its turn', () => {
    jest.useFakeTimers();
    const busy = aQueue();
    busy.push(request(1));
    busy.push(request(2));
    expect([sent, jest.getTimerCount()]).toEqual([[1], 1]);
    answer(busy, 1);
    expect(sent).toEqual([1, 2]);
    answer(busy, 2);
    jest.runOnlyPendingTimers();
    expect(jest.getTimerCount()).toBe(0);
  });
});
