import { createRequire } from 'node:module';

/** The used part of the request queue of kafkajs. Each connection has one. */
export interface RequestQueue {
  readonly pending: readonly unknown[];
  scheduleCheckPendingRequests(): void;
}

export const RequestQueue = createRequire(import.meta.url)('kafkajs/src/network/requestQueue/index.js') as {
  new (options: object): RequestQueue;
  readonly prototype: RequestQueue;
};

/**
 * After the first answer on a connection, kafkajs 2.2.4 checks its queue every millisecond for as long as the connection lives, because
 * it takes "not throttled" for a throttle time that has passed. An idle process wakes 900 times a second. This checks only when a request
 * is pending: a request that must wait schedules the check itself.
 */
function checkOnlyWhenPending(queue: RequestQueue): void {
  const { scheduleCheckPendingRequests } = queue;
  queue.scheduleCheckPendingRequests = function (this: RequestQueue) {
    if (this.pending.length > 0) scheduleCheckPendingRequests.call(this);
  };
}

checkOnlyWhenPending(RequestQueue.prototype);
