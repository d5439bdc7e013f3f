import { Transient } from '@tradewind/kernel';

interface PostgresError extends Error {
  readonly code?: string;
  readonly constraint?: string;
}

/** SQLSTATE classes and codes that pass by themselves: connection, resources, shutdown, deadlock, serialization, lock wait. */
const transientState = /^(08|53|57P|40001|40P01|55P03|25P0[34])/;
const transientCodes = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH']);
const transientText = /Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|not queryable|connection is closed/i;

export const isTransient = (error: unknown): boolean => {
  if (error instanceof Transient) return true;
  if (typeof error !== 'object' || error === null) return false;
  const { code = '', message = '' } = error as Partial<PostgresError>;
  return transientState.test(code) || transientCodes.has(code) || transientText.test(message);
};

export const isDeadlock = (error: unknown): boolean => (error as PostgresError).code === '40P01';

export const isTimeout = (error: unknown): boolean => (error as PostgresError).code === '57014';

/** The name of the violated unique constraint, or undefined where it is something else. */
export const uniqueConstraintOf = (error: unknown): string | undefined =>
  (error as Partial<PostgresError> | null)?.code === '23505' ? ((error as PostgresError).constraint ?? 'unknown') : undefined;
