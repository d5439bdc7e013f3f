/** SQLSTATE classes: connection failure, insufficient resources, server shutdown or start, timeout, deadlock. */
const transientSqlState = /^(08|53|57P|57014|40001|40P01|55P03|25P0[34])/;
const socketErrors = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
]);
const driverMessages =
  /Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|connection is closed|not queryable|Query read timeout|Client was closed/i;

/** True for a transient failure: the database can't be reached or can't answer at the moment. */
export const isDatabaseUnavailable = (error: unknown): boolean => {
  if (!(error instanceof Error)) return false;
  const { code } = error as { code?: unknown };
  return (
    (typeof code === 'string' && (transientSqlState.test(code) || socketErrors.has(code))) ||
    driverMessages.test(error.message)
  );
};
