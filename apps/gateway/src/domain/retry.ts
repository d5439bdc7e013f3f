/** What is known of a call that did not work. */
export interface Failure {
  /** True once the first byte may have left: the instance may have acted on it. */
  readonly sent: boolean;
}

const repeatable = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE']);

/** Whether doing it twice is as good as once: by its method, or by its Idempotency-Key. */
export const isRepeatable = (method: string, idempotencyKey: string | undefined): boolean =>
  repeatable.has(method) || idempotencyKey !== undefined;

/** A call that may be repeated, or of which nothing was sent, is tried once more. Never a POST without a key that has left. */
export const mayTryAgain = (failure: Failure, repeatableCall: boolean, tries: number): boolean =>
  tries < 2 && (repeatableCall || !failure.sent);
