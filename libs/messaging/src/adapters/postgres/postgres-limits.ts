export interface PostgresLimits {
  /** Limit of one statement of a decision's transaction. A message that exceeds it runs alone, then counts as failed. */
  readonly statementMs: number;
  /** Limit of one transactional handler. Default: 12 s, or 1.5 times the limit of a statement where that is longer. */
  readonly handlerMs?: number;
}

export const defaultLimits: PostgresLimits = { statementMs: 8_000 };

/** A transaction of a frozen process gives up its locks after so long without a statement. */
export const idleInTransactionMs = 15_000;

/** A transactional handler that takes longer counts as failed. Shorter than the server's limit, so that the error names the handler. */
export const handlerMsOf = ({ statementMs, handlerMs }: PostgresLimits): number =>
  handlerMs ?? Math.max(0.8 * idleInTransactionMs, 1.5 * statementMs);

/** A connection without an answer for so long is lost: a working server would have ended the statement. */
export const silenceMsOf = ({ statementMs }: PostgresLimits): number => statementMs + 3_000;
