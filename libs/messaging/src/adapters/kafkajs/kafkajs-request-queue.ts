/** The used part of the request queue of kafkajs. Each connection has one. */
export interface RequestQueue {
  readonly pending: readonly unknown[];
  scheduleCheckPendingRequests(): void;
}

/**
 * After the first answer on a connection, kafkajs 2.2.4 checks its queue every millisecond for as long as the connection lives, because
 * it takes "not throttled" for a throttle time that has passed. An idle process wakes 900 times a second. This queue checks only when a
 * request is pending: a request that must wait schedules the check itself.
 */
export function checkOnlyWhenPending(queue: RequestQueue): void {
  const schedule = queue.scheduleCheckPendingRequests.bind(queue);
  queue.scheduleCheckPendingRequests = () => {
    if (queue.pending.length > 0) schedule();
  };
}
