import { Transient } from '@tradewind/kernel';
import { StatementTimeout, StoreUnavailable, UniqueConflict } from '../../ports/errors.js';
import { sqlStateRuleOf, type SqlStateRule } from './sql-states.js';

interface PostgresError extends Error {
  readonly code?: string;
  readonly constraint?: string;
}

/** Errors of the driver and of the network, without a SQLSTATE. */
const transientCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ECONNABORTED',
]);
const transientText =
  /Connection terminated|timeout exceeded when trying to connect|timeout expired|Client has encountered a connection error|not queryable|connection is closed|Query read timeout|Client was closed/i;

/** Undefined for an error that is neither of PostgreSQL nor of the way to it. */
function ruleOf(error: Partial<PostgresError>): Pick<SqlStateRule, 'decision' | 'reason'> | undefined {
  const rule = sqlStateRuleOf(error);
  if (rule) return rule;
  const { code = '', message = '' } = error;
  if (!transientCodes.has(code) && !transientText.test(message)) return undefined;
  const isPoolExhausted = /timeout exceeded when trying to connect/.test(message);
  return { decision: 'fresh connection', ...(isPoolExhausted && { reason: 'connections' }) };
}

/** Maps an error of PostgreSQL or its driver to a typed error of the store port. Other errors stay as they are. */
export function storeError(error: unknown): unknown {
  if (error instanceof Transient || typeof error !== 'object' || error === null) return error;
  const raw = error as PostgresError;
  const rule = ruleOf(raw);
  switch (rule?.decision) {
    case 'transient':
    case 'fresh connection':
      return new StoreUnavailable(rule.reason ?? 'unavailable', `the database is unavailable: ${raw.message}`, {
        cause: error,
      });
    case 'timeout':
      return new StatementTimeout(`a statement took too long: ${raw.message}`, { cause: error });
    case 'conflict':
      return new UniqueConflict(raw.constraint ?? 'unknown', { cause: error });
    default:
      return error;
  }
}

/** Whether the connection that reported it would report it again. */
export function needsFreshConnection(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const raw = error instanceof StoreUnavailable ? error.cause : error;
  return typeof raw === 'object' && raw !== null && ruleOf(raw)?.decision === 'fresh connection';
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
