/** SQLSTATE classes of a connection, resources or a server that goes or comes; and what sockets say. */
const state = /^(08|53|57P|57014|40001|40P01|55P03|25P0[34])/;
const socket = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH']);
const text =
  /Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|connection is closed|not queryable|Query read timeout|Client was closed/i;

/** The database can't be asked at this moment; it passes by itself. */
export const isDatabaseAway = (error: unknown): boolean => {
  if (!(error instanceof Error)) return false;
  const { code } = error as { code?: unknown };
  return (typeof code === 'string' && (state.test(code) || socket.has(code))) || text.test(error.message);
};
