export interface PostgresLimits {
  /** Limit of one statement of a decision's transaction. A message that exceeds it runs alone, then counts as failed. */
  readonly statementMs: number;
}

export const defaultLimits: PostgresLimits = { statementMs: 8_000 };

/** A connection without an answer for so long is lost: a working server would have ended the statement. */
export const silenceMsOf = ({ statementMs }: PostgresLimits): number => statementMs + 3_000;
