import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { RequestQueue } from './kafkajs-request-queue.js';

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

/** kafkajs's own, as a connection uses it. */
type Queue = RequestQueue & {
  push(request: Request): void;
  fulfillRequest(response: { correlationId: number; payload: Buffer; size: number }): void;
  destroy(): void;
};

describe('the requests of a connection', () => {
  const open: Queue[] = [];
  const sent: number[] = [];
  const logger = { debug: () => undefined, warn: () => undefined };
  const queue = (): Queue => {
    const made = new RequestQueue({
      maxInFlightRequests: 1,
      requestTimeout: 1_000,
      enforceRequestTimeout: false,
      clientId: 'test',
      broker: 'none',
      logger,
    }) as Queue;
    open.push(made);
    return made;
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
  const answer = (to: Queue, correlationId: number): void =>
    to.fulfillRequest({ correlationId, payload: Buffer.alloc(0), size: 0 });

  afterEach(() => {
    for (const each of open.splice(0)) each.destroy();
    sent.length = 0;
    jest.useRealTimers();
  });

  it('set no timer once all are answered', () => {
    jest.useFakeTimers();
    const idle = queue();
    idle.push(request(1));
    answer(idle, 1);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('wait for their turn, and are looked for while they do', () => {
    jest.useFakeTimers();
    const busy = queue();
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
