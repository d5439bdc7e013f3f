import { Transient } from '@tradewind/kernel';

/** What PostgreSQL says no with: an SQLSTATE, and the constraint that is violated. */
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

export const connectionLost = (why: string): DatabaseError =>
  new DatabaseError('08006', `Connection terminated: ${why}`);

/** Connection, shutdown, serialization, deadlock, lock wait, a transaction that slept: what passes by itself. */
const transientState = /^(08|57P|40001|40P01|55P03|25P03)/;

/** As the store on PostgreSQL tells its caller: what passes by itself is Transient, anything else is as it came. */
export function asTransient(error: unknown): unknown {
  const { code } = error as { code?: unknown };
  if (error instanceof Transient || typeof code !== 'string' || !transientState.test(code)) return error;
  return new Transient(`the database is away: ${(error as Error).message}`, { cause: error });
}
