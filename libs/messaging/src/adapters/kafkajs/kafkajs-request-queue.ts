import { createRequire } from 'node:module';

/** What is used here of kafkajs's queue of requests, of which each connection has one. */
export interface RequestQueue {
  readonly pending: readonly unknown[];
  scheduleCheckPendingRequests(): void;
}

export const RequestQueue = createRequire(import.meta.url)('kafkajs/src/network/requestQueue/index.js') as {
  new (options: object): RequestQueue;
  readonly prototype: RequestQueue;
};

/**
 * After the first answer on a connection kafkajs (2.2.4) looks for waiting requests every millisecond as long as the connection
 * lives, for it takes "not held back" for a time that is over: a process that does nothing wakes 900 times a second, and every
 * other process on its machine finds the caches cold. With nothing in the queue there is nothing to look for: a request that has
 * to wait asks for the look itself.
 */
function checkOnlyWhenPending(queue: RequestQueue): void {
  const look = queue.scheduleCheckPendingRequests;
  queue.scheduleCheckPendingRequests = function (this: RequestQueue) {
    if (this.pending.length > 0) look.call(this);
  };
}

checkOnlyWhenPending(RequestQueue.prototype);
