import { Transient } from '@tradewind/kernel';
import { StatementTimeout, StoreUnavailable, UniqueConflict, type TransientReason } from '../../ports/errors.js';

interface PostgresError extends Error {
  readonly code?: string;
  readonly constraint?: string;
}

/** SQLSTATE classes and codes that are transient: connection, resources, shutdown, deadlock, serialization, lock wait. */
const transientState = /^(08|53|57P|40001|40P01|55P03|25P0[34])/;
const transientCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
]);
const transientText =
  /Connection terminated|timeout exceeded when trying to connect|timeout expired|Client has encountered a connection error|not queryable|connection is closed|Query read timeout|Client was closed/i;

const reasons: readonly (readonly [RegExp, TransientReason])[] = [
  [/^40P01/, 'deadlock'],
  [/^40001/, 'serialization'],
  [/^55P03/, 'lock'],
  [/^53/, 'connections'],
];

const isTransient = ({ code = '', message = '' }: Partial<PostgresError>): boolean =>
  transientState.test(code) || transientCodes.has(code) || transientText.test(message);

function reasonOf({ code = '', message = '' }: Partial<PostgresError>): TransientReason {
  if (/timeout exceeded when trying to connect/.test(message)) return 'connections';
  return reasons.find(([state]) => state.test(code))?.[1] ?? 'unavailable';
}

/** Maps an error of PostgreSQL or its driver to a typed error of the store port. Other errors stay as they are. */
export function storeError(error: unknown): unknown {
  if (error instanceof Transient || typeof error !== 'object' || error === null) return error;
  const raw = error as PostgresError;
  if (isTransient(raw))
    return new StoreUnavailable(reasonOf(raw), `the database is unavailable: ${raw.message}`, { cause: error });
  if (raw.code === '57014') return new StatementTimeout(`a statement took too long: ${raw.message}`, { cause: error });
  if (raw.code === '23505') return new UniqueConflict(raw.constraint ?? 'unknown', { cause: error });
  return error;
}

/** After this error of a COMMIT its outcome is unknown: the connection is gone, or the server stopped while it answered. */
export const isOutcomeUnknown = (error: unknown): boolean => {
  const { code = '' } = error as Partial<PostgresError>;
  return !/^[0-9A-Z]{5}$/.test(code) || /^(08|57P)/.test(code);
};

/** The connection did not answer in time. Another query on it would wait as long. */
export const isSilence = (error: unknown): boolean => error instanceof Error && error.message === 'Query read timeout';

/** The server has no transaction with this id, so it never began. */
export const isFutureTransactionId = (error: unknown): boolean =>
  (error as Partial<PostgresError> | null)?.code === '22023';
