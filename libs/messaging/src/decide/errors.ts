import { Transient } from '@tradewind/kernel';

/** An insert met a row that is there already: the answer is 409. */
export class UniqueConflict extends Error {
  override readonly name = 'UniqueConflict';
  constructor(readonly constraint: string) {
    super(`a row that must be single exists already (${constraint})`);
  }
}

/** The idempotency key was used with another body: the answer is 422. */
export class IdempotencyMismatch extends Error {
  override readonly name = 'IdempotencyMismatch';
  constructor() {
    super('this Idempotency-Key was used with another body: use a new key for a new request');
  }
}

/** A twin of this request has been running for too long: the answer is 409 with Retry-After. */
export class IdempotencyBusy extends Error {
  override readonly name = 'IdempotencyBusy';
  constructor() {
    super('a request with this Idempotency-Key is still running: try again in a moment');
  }
}

/** The database is away or has no free connection: nothing was accepted; the answer is 503 with Retry-After. */
export class Unavailable extends Error {
  override readonly name = 'Unavailable';
}

/**
 * It is not known whether the decision was kept: the database went away during its commit. What marks itself (a message, an
 * effect, a command with an idempotency key) may simply be tried again; anything else may have happened, and must not be.
 */
export class OutcomeUnknown extends Transient {}

/** Something was to be said outside a transaction. */
export class OutboxNeedsTransaction extends Error {
  override readonly name = 'OutboxNeedsTransaction';
  constructor() {
    super('the outbox takes messages only inside a transaction of the caller: start one on this EntityManager');
  }
}

/** A message is over the limit: say less, or keep the bulk elsewhere. */
export class PayloadTooLarge extends Error {
  override readonly name = 'PayloadTooLarge';
  constructor(type: string, bytes: number, limit: number) {
    super(`${type} has ${bytes} bytes, at most ${limit} fit into a message`);
  }
}
