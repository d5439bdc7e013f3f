import { UniqueConflict } from '@tradewind/messaging';
import { StatementTimeout, StoreUnavailable, type TransientReason } from '@tradewind/messaging/internals';

/** An error of PostgreSQL: its SQLSTATE, and the violated constraint. */
export class DatabaseError extends Error {
  override readonly name: string = 'DatabaseError';
  constructor(
    readonly code: string,
    message: string,
    readonly constraint?: string,
  ) {
    super(message);
  }
}

export const uniqueViolation = (constraint: string): DatabaseError =>
  new DatabaseError('23505', `duplicate key value violates unique constraint "${constraint}"`, constraint);

export const connectionLost = (reason: string): DatabaseError =>
  new DatabaseError('08006', `Connection terminated: ${reason}`);

/** Connection, resources, shutdown, deadlock, serialization, lock timeout, idle in transaction. */
const transientState = /^(08|53|57P|40001|40P01|55P03|25P0[34])/;

const reasons: readonly (readonly [string, TransientReason])[] = [
  ['40P01', 'deadlock'],
  ['40001', 'serialization'],
  ['55P03', 'lock'],
];

/** Maps errors to those of the Store port, as the PostgreSQL store does. */
export function storeError(error: unknown): unknown {
  if (!(error instanceof DatabaseError)) return error;
  const { code, message, constraint } = error;
  if (transientState.test(code)) {
    const reason = reasons.find(([state]) => state === code)?.[1] ?? 'unavailable';
    return new StoreUnavailable(reason, `the database is unavailable: ${message}`, { cause: error });
  }
  if (code === '57014') return new StatementTimeout(`a statement took too long: ${message}`, { cause: error });
  if (code === '23505') return new UniqueConflict(constraint ?? 'unknown', { cause: error });
  return error;
}
