/** A business *no*: a value, never thrown. It becomes a message or an HTTP answer; nothing is retried. */
export interface Rejection {
  readonly rejected: string;
}

export const rejection = <R extends string>(reason: R): { readonly rejected: R } => ({ rejected: reason });

export const isRejection = (value: unknown): value is Rejection =>
  typeof value === 'object' && value !== null && 'rejected' in value;

/** Fails now, may succeed later (database or broker unavailable, a key that has not arrived). Thrown; retried in place with back-off, never dead-lettered. */
export class Transient extends Error {
  override readonly name: string = 'Transient';
}

/** This message can never be handled as it is. Thrown; dead-lettered with its reason, and the later messages of its ordering key wait behind it. */
export class Poison extends Error {
  override readonly name = 'Poison';
}

/** An operator asked for something that can't be done. The message tells the operator what to do; a stack trace is not needed. */
export class OperationRejected extends Error {
  override readonly name: string = 'OperationRejected';
}
