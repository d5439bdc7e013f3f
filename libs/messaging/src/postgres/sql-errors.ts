import { Transient } from '@tradewind/kernel';
import { OutcomeUnknown } from '../decide/index.js';

interface PostgresError extends Error {
  readonly code?: string;
  readonly constraint?: string;
}

/** SQLSTATE classes and codes that pass by themselves: connection, resources, shutdown, deadlock, serialization, lock wait. */
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

export const isTransient = (error: unknown): boolean => {
  if (error instanceof Transient) return true;
  if (typeof error !== 'object' || error === null) return false;
  const { code = '', message = '' } = error as Partial<PostgresError>;
  return transientState.test(code) || transientCodes.has(code) || transientText.test(message);
};

/** After these the end of a COMMIT is anybody's guess: the connection is gone, or the server went while it answered. */
export const endsUnknown = (error: unknown): boolean => {
  const { code = '' } = error as Partial<PostgresError>;
  return !/^[0-9A-Z]{5}$/.test(code) || /^(08|57P)/.test(code);
};

/** Why something was tried again, in the words of the metric. */
export const transientCauses = [
  'deadlock',
  'serialization',
  'lock',
  'connections',
  'outcome',
  'away',
  'other',
] as const;
export type TransientCause = (typeof transientCauses)[number];

const causes: readonly (readonly [RegExp, TransientCause])[] = [
  [/^40P01/, 'deadlock'],
  [/^40001/, 'serialization'],
  [/^55P03/, 'lock'],
  [/^53/, 'connections'],
];

export function transientCauseOf(error: unknown): TransientCause {
  if (error instanceof OutcomeUnknown) return 'outcome';
  for (let at = error; at instanceof Error; at = at.cause) {
    const { code = '', message } = at as PostgresError;
    const known = causes.find(([state]) => state.test(code));
    if (known) return known[1];
    if (/timeout exceeded when trying to connect/.test(message)) return 'connections';
    if (transientState.test(code) || transientCodes.has(code) || transientText.test(message)) return 'away';
  }
  return 'other';
}

/** Nothing came back: whatever is asked next on this connection would wait as long. */
export const isSilence = (error: unknown): boolean => error instanceof Error && error.message === 'Query read timeout';

/** The statement took longer than it may, while the database answers. */
export const isTimeout = (error: unknown): boolean => (error as Partial<PostgresError> | null)?.code === '57014';

/** The transaction asked for was never begun, as far as the server remembers. */
export const isOfTheFuture = (error: unknown): boolean => (error as Partial<PostgresError> | null)?.code === '22023';

/** The name of the violated unique constraint, or undefined where it is something else. */
export const uniqueConstraintOf = (error: unknown): string | undefined =>
  (error as Partial<PostgresError> | null)?.code === '23505'
    ? ((error as PostgresError).constraint ?? 'unknown')
    : undefined;
