/** A business no: a value, never thrown. It becomes a message or an answer; nothing is retried. */
export interface Refusal {
  readonly refused: string;
}

export const refusal = <R extends string>(reason: R): { readonly refused: R } => ({ refused: reason });

export const isRefusal = (value: unknown): value is Refusal =>
  typeof value === 'object' && value !== null && 'refused' in value;

/** Something is away for a while (database, broker, a key that has not arrived). Thrown; retried in place with back-off, never parked. */
export class Transient extends Error {
  override readonly name = 'Transient';
}

/** This message can never be handled as it is. Thrown; parked with its reason, and the messages of its key wait behind it. */
export class Poison extends Error {
  override readonly name = 'Poison';
}
