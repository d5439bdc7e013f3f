/** The idempotency key was used with another body. HTTP answers 422. */
export class IdempotencyMismatch extends Error {
  override readonly name = 'IdempotencyMismatch';
  constructor() {
    super('this Idempotency-Key was used with another body: use a new key for a new request');
  }
}

/** A request with the same idempotency key has been running for too long. HTTP answers 409 with Retry-After. */
export class IdempotencyBusy extends Error {
  override readonly name = 'IdempotencyBusy';
  constructor() {
    super('a request with this Idempotency-Key is still running: try again in a moment');
  }
}

/** The database is unavailable or has no free connection. Nothing was accepted; HTTP answers 503 with Retry-After. */
export class Unavailable extends Error {
  override readonly name = 'Unavailable';
}
