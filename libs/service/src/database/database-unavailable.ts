import { Transient } from '@tradewind/kernel';
import { StatementTimeout, storeError } from '@tradewind/messaging/internals';

/** True for a transient failure: the database can't be reached or can't answer at the moment. */
export function isDatabaseUnavailable(error: unknown): boolean {
  const known = storeError(error);
  return known instanceof Transient || known instanceof StatementTimeout;
}

/** The login is refused, or the database does not exist: waiting heals it only where it worked before. */
export const isAccessRefused = (error: unknown): boolean => /^(28|3D)/.test(String((error as { code?: unknown }).code));
