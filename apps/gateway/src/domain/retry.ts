/** A failed attempt. */
export interface Failure {
  /** True if the first byte may have been sent: the instance may have executed the call. */
  readonly sent: boolean;
}

const idempotentMethods = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE']);

/** Whether a repetition has no additional effect: by its method, or by its Idempotency-Key. */
export const isIdempotent = (method: string, idempotencyKey: string | undefined): boolean =>
  idempotentMethods.has(method) || idempotencyKey !== undefined;

/** One retry of an idempotent call, or of one of which nothing was sent. A POST without a key that may have been sent is never repeated. */
export const mayRetry = (failure: Failure, idempotent: boolean, attempts: number): boolean =>
  attempts < 2 && (idempotent || !failure.sent);
